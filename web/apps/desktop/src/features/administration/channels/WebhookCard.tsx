import { Trans, useLingui } from "@lingui/react/macro";
import type { ChannelForm } from "../types.ts";
import { CopyField } from "../Copy.tsx";
import { guides } from "./guides.ts";
import admin from "../Admin.module.css";
import classes from "./Channels.module.css";

/** What the provider has to know of us, and where it is entered there. */
export function WebhookCard({ channel, accountId, token }: { channel: ChannelForm; accountId: number; token?: string | undefined }) {
  const { t, i18n } = useLingui();
  const guide = guides[channel.channel];
  if (guide?.webhook === false) return null;
  const path = channel.webhook.replace("{account}", String(accountId));
  const url = path.startsWith("/") ? location.origin + path : path;
  return (
    <section className={admin.card} aria-label={t`At the provider`}>
      <h3>
        <Trans>At the provider</Trans>
      </h3>
      {guide === undefined ? (
        <p className={admin.dialogText}>{channel.subscription?.replace("{webhook}", url)}</p>
      ) : (
        <ol className={classes.steps}>
          {guide.after.map((step, index) => (
            <li key={index}>{i18n._(step)}</li>
          ))}
        </ol>
      )}
      <CopyField label={t`Callback URL (webhook)`} value={url} />
      {token !== undefined && <CopyField label={t`Verify token`} value={token} help={t`Shown only now. Later you can make a new one.`} />}
      {!url.startsWith("https://") && (
        <p className={admin.hint}>
          <Trans>Providers call public https addresses only. Start the server with RAPPORT_PUBLIC_URL set to yours.</Trans>
        </p>
      )}
    </section>
  );
}
