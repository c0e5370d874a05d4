import { Trans, useLingui } from "@lingui/react/macro";
import { channelName } from "../../../shared/people.ts";
import { NamedSecrets } from "../NamedSecrets.tsx";
import { useChannels, useItems } from "../data.ts";
import type { Item, Spec } from "../types.ts";
import type { ItemFormModel } from "../useItemForm.ts";
import { HealthCard } from "./HealthCard.tsx";
import { ProbeButton } from "./ProbeButton.tsx";
import { SecretsFields } from "./SecretsFields.tsx";
import { SettingsFields } from "./SettingsFields.tsx";
import { LookPreview, Snippet } from "./WebchatParts.tsx";
import { WebhookCard } from "./WebhookCard.tsx";
import type { ChannelType } from "@rapport/api-client";
import admin from "../Admin.module.css";

/** What an account has besides its fields: credentials, a probe, the webhook or the snippet, health. */
export function AccountExtras({ model, item }: { model: ItemFormModel; item: Item }) {
  const { t } = useLingui();
  const channels = useChannels();
  const settings = useItems("settings");
  const { spec } = model.form;
  const name = spec["channel"] as ChannelType;
  const channel = channels.data?.find(({ channel: each }) => each === name);
  const webchat = spec["webchat"] as Spec | null;
  const stored = item.spec["webchat"] as Spec | null;
  if (webchat !== null && stored !== null && name === "webchat") {
    return (
      <>
        <LookPreview webchat={webchat} company={String(settings.data?.[0]?.spec["company"] ?? "Rapport")} />
        <Snippet siteKey={String(stored["site_key"])} />
        <NamedSecrets
          model={model}
          item={item}
          known={["identity_secret"]}
          open={false}
          about={<Trans>With an identity_secret, of 32 characters or more, your own site says who a visitor is.</Trans>}
        />
      </>
    );
  }
  if (channel === undefined) return null;
  return (
    <>
      <section className={admin.card} aria-label={t`Connection`}>
        <h3>
          <Trans>Connection: {channelName(name)}</Trans>
        </h3>
        <SettingsFields channel={channel} />
        <SecretsFields channel={channel} stored={item.secrets ?? []} values={model.secrets} onChange={model.setSecret} />
        <ProbeButton channel={channel.channel} address={String(spec["address"] ?? "")} settings={(spec["settings"] ?? {}) as Spec} secrets={model.secrets} accountId={item.id} onRefused={model.show} />
      </section>
      <WebhookCard channel={channel} accountId={item.id} token={model.secrets["verify_token"] ?? undefined} />
      <HealthCard accountId={item.id} />
    </>
  );
}
