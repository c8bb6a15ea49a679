/** A problem the API answered with (RFC 9457). */
export interface Problem {
  title: string;
  status: number;
  detail?: string;
  code?: string;
  errors?: { field: string; message: string }[];
}

/** The API said no, and why. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.title);
  }
}

/** No answer, or one that says nothing about whether the request was carried out: trying again is right. */
export class Unreachable extends Error {}

/** Calls the API and gives its JSON. Throws `Refused` for a problem that is ours, `Unreachable` for the rest. */
export async function call<T>(path: string, options: RequestInit = {}): Promise<T> {
  const headers = new Headers(options.headers);
  headers.set("Accept", "application/json");
  headers.set("Accept-Language", document.documentElement.lang);
  let response: Response;
  try {
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable(String(error));
  }
  if (response.status === 204) return undefined as T;
  let body: unknown;
  try {
    body = await response.json();
  } catch {
    throw new Unreachable(`HTTP ${response.status}`);
  }
  if (response.ok) return body as T;
  // 408, 425 and 429 ask for another try with the same key, as every 5xx does.
  if (response.status >= 500 || [408, 425, 429].includes(response.status)) {
    throw new Unreachable(`HTTP ${response.status}`);
  }
  throw new Refused(body as Problem);
}

export interface Named {
  code: string;
  name: string;
}

export interface Located {
  municipality: Named;
  department: { id: string; name: string } | null;
  /** Who gets it instead, when the municipality's rules say so. */
  body?: { id: string; name: string } | null;
  routing: { sentence?: string; municipality_method?: string } | null;
  /** The other municipality that may be meant, and the metres to its border. */
  neighbour?: Named | null;
  neighbour_m?: number | null;
  border_m?: number | null;
  claimed: boolean;
}

export interface Grant {
  upload_id: string;
  url: string;
  fields: Record<string, string>;
}

export interface Receipt {
  case_id: string;
  reference: string;
  status_url: string;
  token: string;
  notices: { code: string; text: string; phone?: string | null }[];
}
