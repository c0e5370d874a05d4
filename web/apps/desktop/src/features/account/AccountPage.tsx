import { Trans, useLingui } from "@lingui/react/macro";
import { useUser } from "../../shared/desk.ts";
import { PasswordCard } from "./PasswordCard.tsx";
import { PasskeysCard } from "./PasskeysCard.tsx";
import { SecondFactorCard } from "./SecondFactorCard.tsx";
import { SessionsCard } from "./SessionsCard.tsx";
import { TokensCard } from "./TokensCard.tsx";
import classes from "./Account.module.css";

/** How one signs in oneself: password, where one is signed in, and the tokens of one's programs. */
export function AccountPage() {
  const { t } = useLingui();
  const user = useUser();
  if (user === null) return null;
  const grants = user.rights;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h2>{t`Your account`}</h2>
        <p>
          <Trans>You sign in as</Trans> <b>{user.login}</b>.
        </p>
      </header>
      <PasswordCard />
      <SecondFactorCard />
      <PasskeysCard />
      <SessionsCard own base="/me/sessions" />
      <TokensCard userId={null} mayCreate={grants.includes("tokens")} />
    </div>
  );
}
