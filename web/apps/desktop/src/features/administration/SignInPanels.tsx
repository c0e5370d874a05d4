import { SessionsCard } from "../account/SessionsCard.tsx";
import { TokensCard } from "../account/TokensCard.tsx";
import { useMayLook } from "../../shared/rights.ts";
import { IdentityPanel } from "./IdentityPanel.tsx";
import { InvitationPanel } from "./InvitationPanel.tsx";
import { SecondFactorPanel } from "./SecondFactorPanel.tsx";
import type { Item } from "./types.ts";

/** How a person comes in: invitation and password, sessions, tokens. */
export function SignInPanels({ item }: { item: Item }) {
  const active = item.spec["active"] !== false;
  if (!useMayLook("accounts")) return null;
  return (
    <>
      <InvitationPanel userId={item.id} email={String(item.spec["email"] ?? "")} active={active} />
      <SecondFactorPanel userId={item.id} />
      <IdentityPanel userId={item.id} />
      <SessionsCard own={false} base={`/users/${item.id}/sessions`} />
      <TokensCard userId={item.id} mayCreate={active} />
    </>
  );
}
