import { call, Refused, Unreachable, type Problem } from "../citizen/scripts/api";
import type { Login } from "./login";
import { t } from "./texts";
import type { Entry } from "./types";

export { Refused, Unreachable };

/** The login no longer holds. */
export class LoggedOut extends Error {}

/** Somebody else was there first: what has happened since, and the version the case has now. */
export interface ChangedProblem extends Problem {
  version?: number | null;
  changes: Entry[];
}

export function changedProblem(error: unknown): ChangedProblem | null {
  if (!(error instanceof Refused) || !["case_changed", "changed"].includes(error.problem.code ?? "")) return null;
  // What was only said among colleagues is left out of the answer.
  return { changes: [], ...error.problem };
}

/** What to tell people about something that failed. */
export function told(error: unknown): string {
  if (error instanceof Refused) {
    const { title, detail, errors } = error.problem;
    return [title, detail, ...(errors ?? []).map((each) => each.message)].filter(Boolean).join(". ").replaceAll("..", ".");
  }
  if (error instanceof Unreachable) return t("problem.unreachable");
  throw error;
}

/** A value in the query; what is empty is left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** A key for what is sent: the same as long as that is the same, so that trying again does nothing twice. */
export class Once {
  private sent = "";
  private key = "";

  of(body: object): string {
    const now = JSON.stringify(body);
    if (now !== this.sent) this.key = crypto.randomUUID();
    this.sent = now;
    return this.key;
  }

  /** It was carried out: the same once more is meant. */
  done(): void {
    this.sent = "";
  }
}

/** The desk's routes, as whoever is logged in. */
export class Api {
  constructor(private readonly login: Login) {}

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.send<T>("GET", path, query);
  }

  /** What is null in the body is left out: the service takes no null where there is nothing to say. */
  post<T>(path: string, body: object = {}, query: Query = {}): Promise<T> {
    return this.send<T>("POST", path, query, Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)));
  }

  /** What must not be done twice is sent with a key. */
  async postOnce<T>(once: Once, path: string, body: object): Promise<T> {
    const answer = await this.send<T>("POST", path, {}, body, { "Idempotency-Key": once.of({ path, body }) });
    once.done();
    return answer;
  }

  put<T>(path: string, body: object, query: Query = {}): Promise<T> {
    return this.send<T>("PUT", path, query, body);
  }

  patch<T>(path: string, body: object, query: Query = {}): Promise<T> {
    return this.send<T>("PATCH", path, query, body);
  }

  delete<T>(path: string, query: Query = {}): Promise<T> {
    return this.send<T>("DELETE", path, query);
  }

  /** A page of a file in text, and the `after` of the page that follows. */
  async file(path: string, query: Query): Promise<{ text: string; next: string | null }> {
    const headers = { Authorization: `Bearer ${await this.token()}`, "Accept-Language": document.documentElement.lang };
    const answer = await fetch(address(path, query), { headers }).catch((error: unknown) => {
      throw new Unreachable(String(error));
    });
    if (answer.ok) {
      const following = /<([^>]+)>; rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
      const next = following ? new URL(following, location.href).searchParams.get("after") : null;
      return { text: await answer.text(), next };
    }
    if (answer.status >= 500) throw new Unreachable(`HTTP ${answer.status}`);
    throw new Refused((await answer.json()) as Problem);
  }

  private async send<T>(method: string, path: string, query: Query, body?: object, more: Record<string, string> = {}): Promise<T> {
    const headers: Record<string, string> = { ...more, Authorization: `Bearer ${await this.token()}` };
    const options: RequestInit = { method, headers };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
    }
    try {
      return await call<T>(address(path, query), options);
    } catch (error) {
      if (error instanceof Refused && error.problem.code === "login_needed") throw new LoggedOut();
      throw error;
    }
  }

  private async token(): Promise<string> {
    const token = await this.login.token().catch((error: unknown) => {
      throw new Unreachable(String(error));
    });
    if (!token) throw new LoggedOut();
    return token;
  }
}

function address(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `/api/v1/desk${path}${search ? `?${search}` : ""}`;
}
