/** Where people log in: at the user pool's own pages (`hosted`), or locally by password (`password_at`). */
export interface Ways {
  client: string;
  hosted: string | null;
  password_at: string | null;
}

interface Session {
  id: string;
  refresh: string | null;
  /** When the ID token ends, milliseconds since 1970. */
  until: number;
}

/** The login was refused: a wrong address or password, or a way back that nobody here began. */
export class NotLoggedIn extends Error {}

// For this tab and until it closes: a token in localStorage would outlive the shift and reach every tab.
const SESSION = "synpunkt.desk";
const BEGUN = "synpunkt.desk.begun";
const EARLY = 60_000;

/** Logs people in and out, and has a valid ID token at hand. */
export class Login {
  constructor(private readonly ways: Ways) {}

  /** By e-mail and password; in stage local only, where the user pool allows it. */
  async withPassword(email: string, password: string): Promise<void> {
    await this.initiate("USER_PASSWORD_AUTH", { USERNAME: email.trim(), PASSWORD: password });
  }

  /** Sends the browser to the municipality's own login, or to ours where it has none. */
  async leave(email: string): Promise<void> {
    const domain = email.trim().toLowerCase().split("@").pop() ?? "";
    const answer = await fetch(`/api/v1/desk/login?domain=${encodeURIComponent(domain)}`);
    if (!answer.ok) throw new NotLoggedIn();
    const { provider } = (await answer.json()) as { provider: string | null };
    const begun = { verifier: random(), state: random(), wanted: location.hash };
    sessionStorage.setItem(BEGUN, JSON.stringify(begun));
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(begun.verifier));
    const query = new URLSearchParams({
      client_id: this.ways.client,
      response_type: "code",
      scope: "openid email",
      redirect_uri: here(),
      state: begun.state,
      code_challenge: base64url(new Uint8Array(digest)),
      code_challenge_method: "S256",
      ...(provider ? { identity_provider: provider } : { login_hint: email.trim() }),
    });
    location.assign(`${this.ways.hosted}/oauth2/authorize?${query}`);
  }

  /** Finishes a login on the way back; false when this is no way back. */
  async returned(): Promise<boolean> {
    const query = new URLSearchParams(location.search);
    if (!this.ways.hosted || !(query.has("code") || query.has("error"))) return false;
    history.replaceState(null, "", location.pathname);
    const begun = JSON.parse(sessionStorage.getItem(BEGUN) ?? "{}") as { verifier?: string; state?: string; wanted?: string };
    sessionStorage.removeItem(BEGUN);
    const code = query.get("code");
    // Another state: somebody else began this login, and would have people work under the wrong name.
    if (!code || !begun.verifier || query.get("state") !== begun.state) throw new NotLoggedIn();
    if (begun.wanted) history.replaceState(null, "", `${location.pathname}${begun.wanted}`);
    await this.exchange({ grant_type: "authorization_code", code, redirect_uri: here(), code_verifier: begun.verifier });
    return true;
  }

  /** The ID token to show; `null` when nobody is logged in (any longer). */
  async token(): Promise<string | null> {
    const session = stored();
    if (!session) return null;
    if (session.until - EARLY > Date.now()) return session.id;
    if (!session.refresh) return null;
    try {
      if (this.ways.hosted) await this.exchange({ grant_type: "refresh_token", refresh_token: session.refresh });
      else await this.initiate("REFRESH_TOKEN_AUTH", { REFRESH_TOKEN: session.refresh });
    } catch (error) {
      if (!(error instanceof NotLoggedIn)) throw error;
      this.forget();
    }
    return stored()?.id ?? null;
  }

  /** Forgets the login here. */
  forget(): void {
    sessionStorage.removeItem(SESSION);
  }

  /** Logs out: here, and at the user pool, so that the next person at this desk has to log in. */
  async logOut(): Promise<void> {
    const refresh = stored()?.refresh;
    this.forget();
    if (!this.ways.hosted) return location.reload();
    const { client, hosted } = this.ways;
    if (refresh) await post(`${hosted}/oauth2/revoke`, { token: refresh, client_id: client }).catch(() => undefined);
    location.assign(`${hosted}/logout?${new URLSearchParams({ client_id: client, logout_uri: here() })}`);
  }

  private async exchange(fields: Record<string, string>): Promise<void> {
    const answer = await post(`${this.ways.hosted}/oauth2/token`, { client_id: this.ways.client, ...fields });
    if (answer.status >= 500) throw new Error(`HTTP ${answer.status}`);
    if (!answer.ok) throw new NotLoggedIn();
    const made = (await answer.json()) as { id_token: string; refresh_token?: string; expires_in: number };
    keep(made.id_token, made.refresh_token, made.expires_in);
  }

  private async initiate(flow: string, parameters: Record<string, string>): Promise<void> {
    const answer = await fetch(this.ways.password_at ?? "", {
      method: "POST",
      headers: {
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
      },
      body: JSON.stringify({ AuthFlow: flow, ClientId: this.ways.client, AuthParameters: parameters }),
    });
    if (answer.status >= 500) throw new Error(`HTTP ${answer.status}`);
    const told = (await answer.json()) as {
      AuthenticationResult?: { IdToken: string; RefreshToken?: string; ExpiresIn: number };
    };
    const made = told.AuthenticationResult;
    if (!answer.ok || !made) throw new NotLoggedIn();
    keep(made.IdToken, made.RefreshToken, made.ExpiresIn);
  }
}

function here(): string {
  return `${location.origin}/desk/`;
}

function post(address: string, fields: Record<string, string>): Promise<Response> {
  return fetch(address, { method: "POST", body: new URLSearchParams(fields), credentials: "omit" });
}

function keep(id: string, refresh: string | undefined, seconds: number): void {
  const session: Session = { id, refresh: refresh ?? stored()?.refresh ?? null, until: Date.now() + seconds * 1000 };
  sessionStorage.setItem(SESSION, JSON.stringify(session));
}

function stored(): Session | null {
  return JSON.parse(sessionStorage.getItem(SESSION) ?? "null") as Session | null;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
