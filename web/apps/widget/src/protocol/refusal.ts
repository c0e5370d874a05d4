/**
 * What `openSession` throws when the server has answered with an error of the API's shape. Told by
 * its shape and not by its class: loader and panel are built apart, each has a class of its own.
 */
export class SessionRefused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export function refusalCode(error: unknown): string | null {
  return error instanceof Error && "code" in error ? String(error.code) : null;
}
