import { Trans } from "@lingui/react/macro";
import type { Area } from "./areas.ts";
import { AccountExtras } from "./channels/AccountExtras.tsx";
import { NamedSecrets } from "./NamedSecrets.tsx";
import { ProviderExtras } from "./ProviderExtras.tsx";
import { RoleHolders } from "./RoleHolders.tsx";
import { SignInPanels } from "./SignInPanels.tsx";
import { WebhookExtras } from "./webhooks/WebhookExtras.tsx";
import type { ItemFormModel } from "./useItemForm.ts";

/** What belongs to a thing besides its fields. */
export function Extras({ model, area }: { model: ItemFormModel; area: Area }) {
  if (area.kind === "webhooks") return <WebhookExtras model={model} item={model.base} />;
  if (area.kind === "identity_providers") return <ProviderExtras model={model} item={model.base} />;
  if (area.kind === "workflows") {
    return (
      <NamedSecrets
        model={model}
        item={model.base}
        known={["signing_secret"]}
        open
        about={<Trans>The signing_secret signs every request. Others stand in headers as @@secret.name@@.</Trans>}
      />
    );
  }
  if (model.base === null) return null;
  switch (area.kind) {
    case "users":
      return <SignInPanels item={model.base} />;
    case "roles":
      return <RoleHolders item={model.base} />;
    case "accounts":
      return <AccountExtras model={model} item={model.base} />;
    default:
      return null;
  }
}
