/** One failure type for everything the server refuses; callers switch on `code`, never on the text. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, status: number, details: Record<string, unknown>) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.details = details;
  }

  /** True when no answer arrived: the command may or may not have been carried out. */
  get unanswered(): boolean {
    return this.code === "unreachable";
  }

  /** True when the same call may succeed later without anything being changed. */
  get temporary(): boolean {
    return this.unanswered || this.status === 429 || this.status >= 500;
  }
}

export function newKey(): string {
  return crypto.randomUUID();
}

export interface CallOptions {
  key?: string;
  signal?: AbortSignal;
  /** The version that was changed: refused with `stale_version` once there is a newer one. */
  version?: number;
}

type Fetch = typeof fetch;

/** Sends JSON with the CSRF token and turns every failure into an `ApiError`. */
export class Http {
  csrfToken: string | null = null;
  /** Server clock minus local clock in milliseconds, from the answers' Date header. */
  clockOffset = 0;
  /** Called once an answer says that the session is over. */
  onSignedOut: (() => void) | null = null;

  private readonly base: string;
  private readonly fetch: Fetch;

  constructor(base = "/api/v1", fetcher: Fetch = (input, init) => fetch(input, init)) {
    this.base = base;
    this.fetch = fetcher;
  }

  url(path: string): string {
    return this.base + path;
  }

  get<T>(path: string, query: Record<string, string | number | undefined> = {}, options: CallOptions = {}): Promise<T> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    const suffix = search.size > 0 ? `?${search}` : "";
    return this.call<T>("GET", path + suffix, undefined, options);
  }

  /** A command: repeating it with the same key has the effect of sending it once. */
  post<T>(path: string, body: unknown = {}, options: CallOptions = {}): Promise<T> {
    return this.call<T>("POST", path, body, { ...options, key: options.key ?? newKey() });
  }

  call<T>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET" && this.csrfToken !== null) headers["X-CSRF-Token"] = this.csrfToken;
    if (options.key !== undefined) headers["Idempotency-Key"] = options.key;
    if (options.version !== undefined) headers["If-Match"] = `"${options.version}"`;
    return this.send<T>(path, {
      method,
      headers,
      credentials: "same-origin",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** Sends text as it is, for example YAML; the answer is JSON. */
  sendText<T>(method: string, path: string, text: string, type: string): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json", "Content-Type": type };
    if (this.csrfToken !== null) headers["X-CSRF-Token"] = this.csrfToken;
    return this.send<T>(path, { method, headers, credentials: "same-origin", body: text });
  }

  /** An answer that is text, not JSON. */
  async getText(path: string): Promise<string> {
    const response = await this.answer(path, { credentials: "same-origin" });
    const text = await response.text();
    if (response.ok) return text;
    throw errorFrom(response.status, parse(text));
  }

  private async answer(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetch(this.base + path, init);
    } catch (cause) {
      if (init.signal?.aborted === true) throw cause;
      throw new ApiError("unreachable", "The server did not answer", 0, {});
    }
  }

  private async send<T>(path: string, init: RequestInit): Promise<T> {
    const response = await this.answer(path, init);
    this.noteClock(response);
    if (response.status === 204) return undefined as T;
    const text = await response.text().catch(() => "");
    const answer = parse(text);
    if (response.ok && answer !== undefined) return answer as T;
    const error = errorFrom(response.status, answer);
    if (error.code === "not_signed_in") this.onSignedOut?.();
    throw error;
  }

  private noteClock(response: Response): void {
    const stated = Date.parse(response.headers.get("Date") ?? "");
    if (Number.isNaN(stated)) return;
    const offset = stated - Date.now();
    // The header has whole seconds: smaller differences are rounding, not a wrong clock.
    this.clockOffset = Math.abs(offset) > 2000 ? offset : 0;
  }
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function errorFrom(status: number, answer: unknown): ApiError {
  if (typeof answer === "object" && answer !== null && "error" in answer) {
    const error = answer.error as { code?: unknown; message?: unknown; details?: unknown } | null;
    if (typeof error?.code === "string") {
      const details = typeof error.details === "object" && error.details !== null ? error.details : {};
      return new ApiError(error.code, String(error.message ?? ""), status, details as Record<string, unknown>);
    }
  }
  return new ApiError("unexpected_answer", `Unexpected answer (${status})`, status, {});
}
