import { Trans, useLingui } from "@lingui/react/macro";
import type { ChannelType } from "@rapport/api-client";
import { Link } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { useState } from "react";
import { ChannelIcon } from "../../../shared/ChannelIcon.tsx";
import { channelName } from "../../../shared/people.ts";
import { useChannels } from "../data.ts";
import type { Field } from "../forms/schema.ts";
import { ConnectForm } from "./ConnectForm.tsx";
import { guides } from "./guides.ts";
import admin from "../Admin.module.css";
import classes from "./Channels.module.css";

/** Connecting a channel, from the choice to the first message heard. */
export function ConnectPage({ fields }: { fields: readonly Field[] }) {
  const { i18n } = useLingui();
  const channels = useChannels();
  const [chosen, setChosen] = useState<ChannelType | null>(null);
  const known: ChannelType[] = ["webchat", ...(channels.data ?? []).map(({ channel }) => channel)];
  const order = ["webchat", "email", "whatsapp", "messenger", "sms", "custom"];
  known.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  if (chosen !== null) {
    return <ConnectForm key={chosen} channel={chosen} form={channels.data?.find(({ channel }) => channel === chosen)} fields={fields} onBack={() => setChosen(null)} />;
  }
  return (
    <div className={admin.page}>
      <header className={admin.head}>
        <div>
          <Link to="/admin/$area" params={{ area: "channels" }} className={admin.back!}>
            <ChevronLeft size={15} aria-hidden />
            <Trans>Channels</Trans>
          </Link>
          <h2>
            <Trans>Connect a channel</Trans>
          </h2>
          <p>
            <Trans>Where do your customers write to you?</Trans>
          </p>
        </div>
      </header>
      <div className={classes.cards}>
        {channels.data !== undefined &&
          known.map((channel) => (
            <button key={channel} type="button" className={classes.choice} onClick={() => setChosen(channel)}>
              <ChannelIcon channel={channel} size={20} />
              <span>
                <b>{channelName(channel)}</b>
                {guides[channel] !== undefined && <span>{i18n._(guides[channel].about)}</span>}
              </span>
            </button>
          ))}
      </div>
    </div>
  );
}
