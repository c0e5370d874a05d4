import { ApiError } from "@rapport/api-client";

export interface Key {
  kind: "setup" | "invitation";
  value: string;
}

/** What a link carries behind #: it is never sent to a server, nor written into a log. */
export function keyFromAddress(hash: string = location.hash): Key | null {
  const found = /^#(setup|invitation)=(.+)$/.exec(hash);
  return found === null ? null : { kind: found[1] as Key["kind"], value: decodeURIComponent(found[2] ?? "") };
}

/** Why an identity provider's answer has let nobody in. */
export function refusalFromAddress(hash: string = location.hash): ApiError | null {
  const code = /^#refused=([a-z_]{1,40})$/.exec(hash)?.[1];
  return code === undefined ? null : new ApiError(code, "", 403, {});
}

/** Opens the desktop anew with the session that the server has just given, and without the key. */
export function enter(path: "/" | "/admin"): void {
  location.replace(path);
}
