import { ApiError } from "@rapport/api-client";
import type { Desk } from "../../shared/desk.ts";

interface Question {
  options: unknown;
  ticket: string;
}

/** Whether this browser makes passkeys for this page: it needs a host name and a secure connection. */
export function canUsePasskeys(): boolean {
  const named = !/^[\d.]+$|:/.test(location.hostname);
  return named && window.isSecureContext && typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
}

/** Makes a passkey on this device or a key beside it, and keeps it under a name. */
export async function addPasskey(desk: Desk, name: string, password: string): Promise<void> {
  const { options, ticket } = await desk.api.http.post<Question>("/me/passkeys/options", { password });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
  const credential = await asked(() => navigator.credentials.create({ publicKey }));
  await desk.api.http.post("/me/passkeys", { ticket, name, credential: credential.toJSON() });
}

/** What the server wants to know of whoever signs in with a passkey; the answer to `POST /session/passkey`. */
export async function proveByPasskey(desk: Desk): Promise<{ ticket: string; credential: unknown }> {
  const { options, ticket } = await desk.api.http.post<Question>("/session/passkey/options");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
  const credential = await asked(() => navigator.credentials.get({ publicKey }));
  return { ticket, credential: credential.toJSON() };
}

/** Browsers do not tell a page whether somebody changed their mind or there was no passkey. */
async function asked(question: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    const answer = await question();
    if (answer instanceof PublicKeyCredential) return answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError") throw new ApiError("passkey_there", "", 409, {});
  }
  throw new ApiError("passkey_cancelled", "", 400, {});
}
