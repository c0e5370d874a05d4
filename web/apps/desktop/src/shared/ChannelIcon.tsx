import type { ChannelType } from "@rapport/api-client";
import { Globe, Mail, MessageSquareText, MessagesSquare, Phone, Puzzle } from "lucide-react";
import { channelName } from "./people.ts";
import classes from "./ChannelIcon.module.css";

const icons = { webchat: Globe, email: Mail, messenger: MessagesSquare, sms: MessageSquareText, whatsapp: Phone, custom: Puzzle };

export function ChannelIcon({ channel, size = 16 }: { channel: ChannelType; size?: number }) {
  const Icon = icons[channel];
  const name = channelName(channel);
  return (
    <span className={classes.icon} data-channel={channel} role="img" aria-label={name} title={name}>
      <Icon size={size} aria-hidden />
    </span>
  );
}
