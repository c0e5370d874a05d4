import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import type { SecondFactorState } from "../account/SecondFactorCard.tsx";
import { useWhen } from "./when.ts";
import classes from "./Admin.module.css";

/** Whether a person has a second factor; takes it from them when they have lost their phone. */
export function SecondFactorPanel({ userId }: { userId: number }) {
  const { t } = useLingui();
  const desk = useDesk();
  const when = useWhen();
  const [failure, setFailure] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  const queries = useQueryClient();
  const state = useQuery({
    queryKey: ["admin", "second-factor", userId],
    queryFn: () => desk.api.http.get<SecondFactorState>(`/users/${userId}/second-factor`),
  });
  const reset = async () => {
    setFailure(null);
    try {
      await desk.api.http.call("DELETE", `/users/${userId}/second-factor`);
      setDone(true);
      // They have been signed out, which the card of their sessions shows.
      await Promise.all([state.refetch(), queries.invalidateQueries({ queryKey: ["sessions"] })]);
    } catch (error) {
      setFailure(error);
    }
  };
  const since = when(state.data?.since);
  const passkeys = state.data?.passkeys ?? 0;
  return (
    <section className={classes.card} aria-labelledby="second-factor">
      <h3 id="second-factor">
        <Trans>Second factor</Trans>
      </h3>
      {state.data !== undefined && (
        <p className={classes.dialogText}>
          {state.data.on
            ? t`On since ${since}.`
            : passkeys > 0
              ? null
              : state.data.required
                ? t`Not set up yet; a role of this person needs it.`
                : t`Not set up.`}{" "}
          {passkeys > 0 && <Plural value={passkeys} one="# passkey." other="# passkeys." />}
        </p>
      )}
      {failure !== null && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      {(state.data?.on === true || passkeys > 0) && (
        <Button variant="default" className={classes.start!} onClick={() => void reset()}>
          <Trans>Reset, because it is lost</Trans>
        </Button>
      )}
      <p role="status" className={classes.good} hidden={!done}>
        {done && t`It is asked for no more, and this person has been signed out everywhere.`}
      </p>
    </section>
  );
}
