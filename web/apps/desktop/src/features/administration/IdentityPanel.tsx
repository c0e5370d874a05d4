import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { useWhen } from "./when.ts";
import classes from "./Admin.module.css";

type Identity = { issuer: string; subject: string; bound_at: string };

/** Who a person is at identity providers; there once they have signed in with one. */
export function IdentityPanel({ userId }: { userId: number }) {
  const { t } = useLingui();
  const desk = useDesk();
  const when = useWhen();
  const [failure, setFailure] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  const queries = useQueryClient();
  const state = useQuery({
    queryKey: ["admin", "identities", userId],
    queryFn: () => desk.api.http.get<{ items: Identity[] }>(`/users/${userId}/identities`),
  });
  const unbind = async () => {
    setFailure(null);
    try {
      await desk.api.http.call("DELETE", `/users/${userId}/identities`);
      setDone(true);
      // They have been signed out, which the card of their sessions shows.
      await Promise.all([state.refetch(), queries.invalidateQueries({ queryKey: ["sessions"] })]);
    } catch (error) {
      setFailure(error);
    }
  };
  const items = state.data?.items ?? [];
  if (items.length === 0 && !done) return null;
  return (
    <section className={classes.card} aria-labelledby="identities">
      <h3 id="identities">
        <Trans>Identity providers</Trans>
      </h3>
      {items.map(({ issuer, subject, bound_at }) => {
        const since = when(bound_at);
        return (
          <p key={issuer} className={classes.dialogText}>
            <Trans>
              {issuer}: known as {subject} since {since}.
            </Trans>
          </p>
        );
      })}
      {failure !== null && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      {items.length > 0 && (
        <Button variant="default" className={classes.start!} onClick={() => void unbind()}>
          <Trans>Forget who they are there</Trans>
        </Button>
      )}
      <p role="status" className={classes.good} hidden={!done}>
        {done && t`Forgotten, and this person has been signed out everywhere. Whoever signs in there next with their e-mail address is taken for them.`}
      </p>
    </section>
  );
}
