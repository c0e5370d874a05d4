import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { Logo } from "../../shared/Logo.tsx";
import { PasskeyForm } from "../account/PasskeyForm.tsx";
import { canUsePasskeys } from "../account/passkeys.ts";
import { SecondFactorSetUp } from "../account/SecondFactorSetUp.tsx";
import { enter } from "./key.ts";
import classes from "./SignInPage.module.css";

/** For somebody whose role needs a second factor that they have not set up. */
export default function SecondFactorPage() {
  const { t } = useLingui();
  const desk = useDesk();
  const [byPasskey, setByPasskey] = useState(false);
  return (
    <main className={classes.page}>
      <div className={classes.card} data-wide>
        <Logo size={40} />
        <h1>
          <Trans>Set up a second factor</Trans>
        </h1>
        <p className={classes.lead}>
          <Trans>Your role needs one: besides the password, a code that only your phone knows.</Trans>
        </p>
        {byPasskey ? (
          <PasskeyForm onAdded={() => enter("/")} onCancel={() => setByPasskey(false)} />
        ) : (
          <SecondFactorSetUp done={t`Go on`} onDone={() => enter("/")} />
        )}
        {!byPasskey && canUsePasskeys() && (
          <Button variant="subtle" onClick={() => setByPasskey(true)}>
            <Trans>Add a passkey instead</Trans>
          </Button>
        )}
        <button type="button" className={classes.quiet} onClick={() => void desk.signOut()}>
          <Trans>Sign out</Trans>
        </button>
      </div>
    </main>
  );
}
