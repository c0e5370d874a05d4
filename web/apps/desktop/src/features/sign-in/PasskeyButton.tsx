import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { ApiError } from "@rapport/api-client";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { proveByPasskey } from "../account/passkeys.ts";
import { enter } from "./key.ts";

/** Signing in by a key of this device, without name and password. */
export function PasskeyButton({ onFailure }: { onFailure: (failure: unknown) => void }) {
  const desk = useDesk();
  const [waiting, setWaiting] = useState(false);
  const signIn = async () => {
    setWaiting(true);
    onFailure(null);
    try {
      await desk.api.http.post("/session/passkey", await proveByPasskey(desk));
      enter("/");
    } catch (failure) {
      // Whoever closed the browser's own window knows that they did.
      onFailure(failure instanceof ApiError && failure.code === "passkey_cancelled" ? null : failure);
      setWaiting(false);
    }
  };
  return (
    <Button variant="default" size="md" fullWidth loading={waiting} leftSection={<KeyRound size={18} aria-hidden />} onClick={() => void signIn()}>
      <Trans>Sign in with a passkey</Trans>
    </Button>
  );
}
