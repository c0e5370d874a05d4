import { Trans } from "@lingui/react/macro";
import { useDesk } from "../../shared/desk.ts";
import { Logo } from "../../shared/Logo.tsx";
import { PasswordForm } from "../account/PasswordCard.tsx";
import { enter } from "./key.ts";
import classes from "./SignInPage.module.css";

/** For somebody who must choose another password before anything else. */
export default function NewPasswordPage() {
  const desk = useDesk();
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <Logo size={40} />
        <h1>
          <Trans>Choose another password</Trans>
        </h1>
        <p className={classes.lead}>
          <Trans>Your administrator asks you to, before you go on.</Trans>
        </p>
        <PasswordForm onChanged={() => enter("/")} />
        <button type="button" className={classes.quiet} onClick={() => void desk.signOut()}>
          <Trans>Sign out</Trans>
        </button>
      </div>
    </main>
  );
}
