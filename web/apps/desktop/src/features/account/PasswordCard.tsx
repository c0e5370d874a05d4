import { Button, PasswordInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { useDesk, useUser } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { fieldFault } from "./faults.ts";
import classes from "./Account.module.css";

/** One's own new password, with the present one. */
export function PasswordCard() {
  return (
    <section className={classes.card} aria-labelledby="account-password">
      <h3 id="account-password">
        <Trans>Password</Trans>
      </h3>
      <p className={classes.lead}>
        <Trans>When you change it, you are signed out everywhere else.</Trans>
      </p>
      <PasswordForm />
    </section>
  );
}

export function PasswordForm({ onChanged }: { onChanged?: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const user = useUser();
  const queries = useQueryClient();
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const [done, setDone] = useState(false);
  const show = { "aria-label": t`Show the password` };

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setWaiting(true);
    setFailure(null);
    setDone(false);
    try {
      await desk.api.http.post("/me/password", { current, new: fresh });
      setCurrent("");
      setFresh("");
      setDone(true);
      void queries.invalidateQueries({ queryKey: ["sessions"] });
      onChanged?.();
    } catch (error) {
      setFailure(error);
    } finally {
      setWaiting(false);
    }
  };

  const faults = { current: fieldFault(failure, "current"), fresh: fieldFault(failure, "new") };
  return (
    <form className={classes.fields} onSubmit={(event) => void submit(event)}>
      <input type="hidden" name="username" autoComplete="username" value={user?.login ?? ""} readOnly />
      <PasswordInput
        label={t`Present password`}
        autoComplete="current-password"
        value={current}
        error={faults.current}
        onChange={(event) => setCurrent(event.currentTarget.value)}
        visibilityToggleButtonProps={show}
      />
      <PasswordInput
        label={t`New password`}
        description={t`Long is good; several words are easy to remember.`}
        autoComplete="new-password"
        value={fresh}
        error={faults.fresh}
        onChange={(event) => setFresh(event.currentTarget.value)}
        visibilityToggleButtonProps={show}
      />
      {failure !== null && faults.current === undefined && faults.fresh === undefined && (
        <p role="alert" className={classes.problem}>
          {errorText(failure)}
        </p>
      )}
      <p role="status" className={classes.good} hidden={!done}>
        {done && t`Your password is changed.`}
      </p>
      <Button type="submit" className={classes.start!} loading={waiting} disabled={current === "" || fresh === ""}>
        <Trans>Change the password</Trans>
      </Button>
    </form>
  );
}
