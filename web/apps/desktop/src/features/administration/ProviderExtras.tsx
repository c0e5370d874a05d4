import { PasswordInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { CopyField } from "./Copy.tsx";
import type { Item } from "./types.ts";
import type { ItemFormModel } from "./useItemForm.ts";
import classes from "./Admin.module.css";

/** What an identity provider has besides its fields: the client's secret, and where it sends people back. */
export function ProviderExtras({ model, item }: { model: ItemFormModel; item: Item | null }) {
  const { t } = useLingui();
  const set = item?.secrets?.includes("client_secret") === true;
  return (
    <section className={classes.card} aria-labelledby="provider-client">
      <h3 id="provider-client">
        <Trans>At the provider</Trans>
      </h3>
      <CopyField label={t`Address for the way back`} help={t`Enter it at the provider as redirect URI.`} value={`${location.origin}/api/v1/openid/callback`} />
      <PasswordInput
        label={t`Client secret`}
        description={t`From the provider; a public client has none.`}
        className={classes.nameField!}
        autoComplete="off"
        error={model.form.errors.get("secrets.client_secret")}
        placeholder={set ? t`Set. Leave empty to keep it.` : ""}
        value={model.secrets["client_secret"] ?? ""}
        onChange={(event) => model.setSecret("client_secret", event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
        visibilityToggleButtonProps={{ "aria-label": t`Show the password` }}
      />
    </section>
  );
}
