import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import { useEffect, useRef } from "react";
import type { ChannelForm, Item, Spec } from "../types.ts";
import { HealthCard } from "./HealthCard.tsx";
import { Snippet } from "./WebchatParts.tsx";
import { WebhookCard } from "./WebhookCard.tsx";
import admin from "../Admin.module.css";
import classes from "./Channels.module.css";

/** The account is saved: what is left to do elsewhere, and whether something comes in. */
export function ConnectedPage({ account, form, token }: { account: Item; form: ChannelForm | undefined; token?: string | undefined }) {
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  const webchat = account.spec["webchat"] as Spec | null;
  const name = account.name;
  return (
    <div className={admin.page}>
      <div className={admin.form}>
        <header className={admin.head}>
          <div>
            <h2 ref={head} tabIndex={-1} className={classes.connected}>
              <CircleCheck size={22} aria-hidden />
              <Trans>{name} is connected</Trans>
            </h2>
            <p>
              <Trans>One thing is left to do elsewhere.</Trans>
            </p>
          </div>
        </header>
        {webchat !== null && <Snippet siteKey={String(webchat["site_key"])} />}
        {form !== undefined && <WebhookCard channel={form} accountId={account.id} token={token} />}
        <HealthCard accountId={account.id} />
        <footer className={admin.bar}>
          <Button component={Link} to="/admin">
            <Trans>Done</Trans>
          </Button>
          <Button variant="default" component={Link} to={`/admin/channels/${account.id}`}>
            <Trans>All settings of this channel</Trans>
          </Button>
        </footer>
      </div>
    </div>
  );
}
