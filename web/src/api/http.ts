import type { Problem, SignedIn, User, UserUpdate } from "./types";

/** A refusal of the server, with what to do in `message`. Status 0: the server could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    message: string,
    readonly fields: { pointer: string; detail: string }[] = [],
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** What went wrong in words: each field that was refused by its name, where the form has one. */
export function refusal(error: unknown, nameOf: (field: string) => string, otherwise: string): string {
  if (error instanceof ApiError && error.fields.length > 0)
    return error.fields.map(({ pointer, detail }) => `${nameOf(pointer.split("/")[1] ?? "")}: ${detail}`).join("\n");
  return error instanceof Error ? error.message : otherwise;
}

export type Body = object | undefined;
export type Query = Record<string, string | number | boolean | string[] | undefined>;
type Listener = (user: User | null) => void;

/**
 * Speaks to the server for the signed-in user. The access token lives in this object only; when it has expired, the
 * refresh cookie gets another one, once for all the requests that wait for it.
 */
export class Http {
  private token: string | null = null;
  private userId: string | null = null;
  private refreshing: Promise<boolean> | null = null;
  private listeners = new Set<Listener>();

  constructor(private readonly fetcher: typeof fetch = (input, init) => fetch(input, init)) {}

  /** Told the user at sign-in, and null when the session has ended. */
  onSession(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async signIn(email: string, password: string): Promise<void> {
    this.accept(await this.send<SignedIn>("POST", "/api/v1/auth/login", { email, password }, null));
  }

  /** `habits` are the preferences that the person's browser knows. */
  async signUp(body: { email: string; password: string; name?: string; timezone?: string }, habits: UserUpdate["preferences"]): Promise<void> {
    const session = await this.send<SignedIn>("POST", "/api/v1/auth/register", body, null);
    // The account is there, whatever becomes of them.
    const user = await this.send<User>("PATCH", "/api/v1/me", { preferences: habits }, session.accessToken).catch(() => session.user);
    this.accept({ ...session, user });
  }

  /** Errors: the server could not be asked, and the session goes on. */
  async signOut(): Promise<void> {
    await this.send("POST", "/api/v1/auth/logout", undefined, this.token).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    });
    this.forget();
  }

  /** The session is over already: with its account, or by the server's word. */
  forget(): void {
    this.token = null;
    this.userId = null;
    this.listeners.forEach((listener) => listener(null));
  }

  /** Signs in by the refresh cookie. False: there is no session. Errors: the server could not be asked. */
  resume(): Promise<boolean> {
    this.refreshing ??= this.send<SignedIn>("POST", "/api/v1/auth/refresh", undefined, null)
      .then((session) => {
        this.accept(session);
        return true;
      })
      .catch((error: unknown) => {
        if (error instanceof ApiError && (error.status === 401 || error.status === 403)) return false;
        throw error;
      })
      .finally(() => {
        this.refreshing = null;
      });
    return this.refreshing;
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.call<T>("GET", path + queryText(query));
  }
  post<T>(path: string, body?: Body, key: string = crypto.randomUUID()): Promise<T> {
    // One key a command: a retry after a lost answer does it once.
    return this.call<T>("POST", path, body, { "Idempotency-Key": key });
  }
  patch<T>(path: string, body: object, version?: number): Promise<T> {
    const match: Record<string, string> = version === undefined ? {} : { "If-Match": `"${version}"` };
    return this.call<T>("PATCH", path, body, { "Idempotency-Key": crypto.randomUUID(), ...match });
  }
  delete(path: string): Promise<void> {
    return this.call("DELETE", path, undefined, { "Idempotency-Key": crypto.randomUUID() });
  }

  private async call<T>(method: string, path: string, body?: Body, headers: Record<string, string> = {}): Promise<T> {
    const asked = this.userId;
    try {
      return await this.send<T>(method, path, body, this.token, headers);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      if (!(await this.resume())) {
        this.forget();
        throw error;
      }
      // All tabs share the cookie: in another one somebody else may have signed in, whose request this is not.
      if (asked !== null && asked !== this.userId)
        throw new ApiError(401, "signed-in-as-another", "Somebody else has signed in here. Nothing was changed; try again.");
      return await this.send<T>(method, path, body, this.token, headers);
    }
  }

  private async send<T>(
    method: string,
    path: string,
    body: Body,
    token: string | null,
    headers: Record<string, string> = {},
  ): Promise<T> {
    let response: Response;
    try {
      response = await this.fetcher(path, {
        method,
        credentials: "same-origin",
        headers: {
          ...headers,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError(0, "offline", "Daybook cannot be reached.");
    }
    const text = await response.text();
    if (response.ok) return (text === "" ? undefined : JSON.parse(text)) as T;
    throw asError(response.status, text);
  }

  private accept(session: SignedIn): void {
    this.token = session.accessToken;
    this.userId = session.user.id;
    this.listeners.forEach((listener) => listener(session.user));
  }
}

function asError(status: number, text: string): ApiError {
  try {
    const problem = JSON.parse(text) as Problem;
    const slug = problem.type.replace("urn:daybook:error:", "");
    const first = problem.errors?.[0]?.detail;
    return new ApiError(status, slug, first ?? problem.detail ?? problem.title, problem.errors ?? []);
  } catch {
    return new ApiError(status, "internal", `The server answered ${status}.`);
  }
}

export function queryText(query: Query): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) value.forEach((item) => parameters.append(name, item));
    else if (value !== undefined && value !== "") parameters.append(name, String(value));
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
