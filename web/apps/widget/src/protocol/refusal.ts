/**
 * What `openSession` throws when the server has answered with an error of the API's shape. Told by
 * its shape: loader and panel are built apart and share no class.
 */
export function sessionRefused(code: string): Error {
  return Object.assign(new Error(code), { code });
}

export function refusalCode(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : null;
}
