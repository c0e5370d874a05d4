import type { Session } from "../protocol/frames";
import { sessionRefused } from "../protocol/refusal";

/** Opens a session, or throws `sessionRefused` with the server's code. */
export async function askSession(
  base: string,
  locale: string,
  token: string | null,
  identity: string | undefined,
): Promise<Session> {
  const page = { url: location.href.split("#")[0]?.slice(0, 2000), title: document.title.slice(0, 200) };
  const response = await fetch(`${base}/session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    credentials: "omit",
    body: JSON.stringify({ token, identity, page, locale }),
  });
  if (response.ok) return (await response.json()) as Session;
  if (response.status >= 500 || response.status === 429) throw new Error(`${response.status}`);
  const body = (await response.json().catch(() => null)) as { error?: { code?: string } } | null;
  throw sessionRefused(body?.error?.code ?? `http_${response.status}`);
}
