import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

export interface SecretText {
  label: MessageDescriptor;
  help: MessageDescriptor;
}

export interface Guide {
  /** What this channel is good for, on the card by which it is chosen. */
  about: MessageDescriptor;
  /** What to do at the provider before the values below exist. */
  before: readonly MessageDescriptor[];
  /** What the account's address is. */
  address?: { label: MessageDescriptor; help: MessageDescriptor };
  /** Settings that everybody sets; the others are folded. `by` chooses between two sets. */
  settings: readonly string[] | { by: string; sets: Record<string, readonly string[]> };
  secrets: Record<string, SecretText>;
  /** What to do at the provider with the webhook's address, once the account is saved. */
  after: readonly MessageDescriptor[];
  webhook: boolean;
}

const metaSecrets: Record<string, SecretText> = {
  app_secret: { label: msg`App secret`, help: msg`Meta for Developers: your app, App settings, Basic, App secret.` },
  verify_token: { label: msg`Verify token`, help: msg`A random text that Meta repeats to us; made for you.` },
};

export const guides: Record<string, Guide> = {
  webchat: { about: msg`A chat window on your own website.`, before: [], settings: [], secrets: {}, after: [], webhook: false },
  whatsapp: {
    about: msg`A number of the WhatsApp Business Platform.`,
    before: [
      msg`In Meta for Developers create an app of the type Business and add the product WhatsApp.`,
      msg`Under WhatsApp, API Setup, add your number and note its phone number ID.`,
      msg`In the Business settings add a system user, give it the app and the WhatsApp account, and generate a token with the permissions whatsapp_business_messaging and whatsapp_business_management.`,
    ],
    address: { label: msg`Phone number ID`, help: msg`From WhatsApp, API Setup; not the phone number itself.` },
    settings: ["business_account_id"],
    secrets: { ...metaSecrets, access_token: { label: msg`Access token`, help: msg`The system user's token. It must not expire.` } },
    after: [
      msg`In the app open WhatsApp, Configuration, and edit the webhook.`,
      msg`Paste the callback URL and the verify token from below, and press Verify and save.`,
      msg`Subscribe to messages, user_preferences and smb_message_echoes.`,
    ],
    webhook: true,
  },
  messenger: {
    about: msg`Messages to your Facebook page.`,
    before: [
      msg`In Meta for Developers create an app of the type Business and add the product Messenger.`,
      msg`Under Messenger, Settings, connect your page and generate its access token.`,
    ],
    address: { label: msg`Page ID`, help: msg`On Facebook: your page, About, Page transparency.` },
    settings: ["app_id"],
    secrets: { ...metaSecrets, access_token: { label: msg`Page access token`, help: msg`Messenger, Settings, Access tokens, Generate; with the permission pages_messaging.` } },
    after: [
      msg`In the app open Messenger, Settings, Webhooks, and add a callback URL.`,
      msg`Paste the callback URL and the verify token from below.`,
      msg`Subscribe the page to messages, messaging_postbacks, messaging_referrals, messaging_optins, message_deliveries, message_reads, message_reactions, message_edits and message_echoes.`,
    ],
    webhook: true,
  },
  sms: {
    about: msg`Text messages by Twilio or directly by a carrier.`,
    before: [msg`At Twilio buy a number that can do SMS; or ask your carrier for an SMPP access with a system ID and a password.`],
    address: { label: msg`Phone number`, help: msg`With the country code, such as +12025550123.` },
    settings: { by: "provider", sets: { twilio: ["provider", "account_sid", "messaging_service_sid", "number_kind"], smpp: ["provider", "host", "port", "tls", "system_id"] } },
    secrets: {
      auth_token: { label: msg`Twilio auth token`, help: msg`Twilio Console, Account, API keys and tokens. It proves that webhooks come from Twilio.` },
      api_key_sid: { label: msg`Twilio API key SID`, help: msg`Optional: signs our requests instead of the auth token.` },
      api_key_secret: { label: msg`Twilio API key secret`, help: msg`Shown once when the API key is created.` },
      password: { label: msg`SMPP password`, help: msg`The carrier gives it with the system ID.` },
    },
    after: [msg`At Twilio enter this address as the webhook for incoming messages (HTTP POST) of the number or the messaging service. For SMPP there is nothing to do.`],
    webhook: true,
  },
  email: {
    about: msg`A mailbox that is read by IMAP, and answers by SMTP.`,
    before: [msg`Create a mailbox for customers, such as help@example.com. With two-step verification create an app password for it.`],
    address: { label: msg`E-mail address`, help: msg`Customers write to it, and answers come from it.` },
    settings: ["imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security", "user", "sender_name", "signature"],
    secrets: {
      password: { label: msg`Password`, help: msg`The mailbox's password; with two-step verification an app password.` },
      access_token: { label: msg`Access token`, help: msg`Only for signing in with XOAUTH2.` },
    },
    after: [],
    webhook: false,
  },
  custom: {
    about: msg`Your own software, by signed JSON in both directions.`,
    before: [msg`Your software receives and sends signed requests; the format is in the documentation.`],
    settings: ["callback_url"],
    secrets: { signing_secret: { label: msg`Signing secret`, help: msg`Signs requests in both directions; made for you.` } },
    after: [msg`Let your software send signed requests to this address.`],
    webhook: true,
  },
};

/** Secrets that we make up, for the other side to learn from us. */
export const OWN_SECRETS: readonly string[] = ["verify_token", "signing_secret"];

/** A random text of letters and digits. */
export function randomText(length = 40): string {
  const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return [...bytes].map((byte) => letters[byte % letters.length]).join("");
}

/** Which settings are shown at once, as far as the others say. */
export function basicSettings(guide: Guide | undefined, settings: Record<string, unknown>): readonly string[] | null {
  if (guide === undefined) return null;
  if (Array.isArray(guide.settings)) return guide.settings as readonly string[];
  const { by, sets } = guide.settings as { by: string; sets: Record<string, readonly string[]> };
  return sets[String(settings[by] ?? "")] ?? Object.values(sets)[0] ?? [];
}
