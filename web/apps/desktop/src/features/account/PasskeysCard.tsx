import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { shortDate } from "../../shared/time.ts";
import { PasskeyForm } from "./PasskeyForm.tsx";
import { canUsePasskeys } from "./passkeys.ts";
import classes from "./Account.module.css";

interface Passkey {
  id: number;
  name: string;
  host: string;
  created_at: string;
  used_at: string | null;
}

/** One's own passkeys. */
export function PasskeysCard() {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const [adding, setAdding] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const list = useQuery({
    queryKey: ["passkeys"],
    queryFn: () => desk.api.http.get<{ items: Passkey[] }>("/me/passkeys"),
    refetchOnMount: "always",
  });
  const remove = async (passkey: Passkey) => {
    setFailure(null);
    try {
      await desk.api.http.call("DELETE", `/me/passkeys/${passkey.id}`);
    } catch (error) {
      setFailure(error);
    }
    await list.refetch();
  };
  const added = () => {
    setAdding(false);
    void list.refetch();
  };
  const addedOf = (passkey: Passkey) => {
    const day = shortDate(passkey.created_at, i18n.locale);
    return t`added ${day}`;
  };
  const usedOf = (passkey: Passkey) => {
    if (passkey.used_at === null) return t`never used`;
    const last = shortDate(passkey.used_at, i18n.locale);
    return t`used ${last}`;
  };
  const passkeys = list.data?.items ?? [];
  const possible = canUsePasskeys();
  return (
    <section className={classes.card} aria-labelledby="account-passkeys">
      <h3 id="account-passkeys">
        <Trans>Passkeys</Trans>
      </h3>
      <p className={classes.lead}>
        <Trans>Sign in by finger, face or PIN of your device, without a password. A passkey counts as a second factor.</Trans>
      </p>
      {list.isError && <p role="alert">{errorText(list.error)}</p>}
      {passkeys.length > 0 && (
        <ul className={classes.list}>
          {passkeys.map((passkey) => (
            <li key={passkey.id}>
              <KeyRound size={18} aria-hidden />
              <span className={classes.what}>
                <b>{passkey.name}</b>
                <span>
                  {passkey.host} · {addedOf(passkey)} · {usedOf(passkey)}
                </span>
              </span>
              <Button size="xs" variant="default" aria-label={t`Remove: ${passkey.name}`} onClick={() => void remove(passkey)}>
                <Trans>Remove</Trans>
              </Button>
            </li>
          ))}
        </ul>
      )}
      {failure !== null && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      {adding && <PasskeyForm onAdded={added} onCancel={() => setAdding(false)} />}
      {!adding && possible && (
        <Button variant="default" className={classes.start!} onClick={() => setAdding(true)}>
          <Trans>Add a passkey</Trans>
        </Button>
      )}
      {!possible && (
        <p className={classes.lead}>
          <Trans>To add one, open Rapport by its host name over https, in a current browser.</Trans>
        </p>
      )}
    </section>
  );
}
