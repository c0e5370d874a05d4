import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Account, Capabilities, Catalog, ChannelType, Contact, Task } from "@rapport/api-client";

/** What to call a customer: the name given, else how they can be reached. */
export function customerName(contact: Contact | undefined): string {
  return contact?.name ?? contact?.email ?? contact?.phone ?? i18n._(msg`Visitor`);
}

export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const first = words[0]?.[0] ?? "?";
  const second = words.length > 1 ? (words.at(-1)?.[0] ?? "") : "";
  return (first + second).toUpperCase();
}

export function accountOf(catalog: Catalog, task: Task): Account | undefined {
  return catalog.accounts.find((account) => account.id === task.account_id);
}

/** What a source is called, with the number that customers write to where it has one. */
export function sourceName(account: Account | undefined): string | undefined {
  if (account === undefined) return undefined;
  const { name, address } = account;
  return /^(\+\d{5,15}|\d{3,8})$/.test(address) && !name.includes(address) ? `${name} ${address}` : name;
}

export function queueName(catalog: Catalog, queueId: number): string {
  return catalog.queues.find((queue) => queue.id === queueId)?.name ?? i18n._(msg`Queue ${queueId}`);
}

export function agentName(catalog: Catalog, agentId: number | null): string {
  return catalog.agents.find((agent) => agent.id === agentId)?.name ?? i18n._(msg`Agent`);
}

/** The most cautious table, for the moment in which an account is newer than the catalogue held. */
const unknownAccount: Capabilities = {
  composer_limit: null,
  attachments: false,
  rich_text: "none",
  emojis: false,
  receipts: true,
  transfer_to: [],
  conference_with: [],
  conference_lists: "available_agents",
  end_conference: "owner",
  before_end: null,
  several_reasons: false,
  popover_fields: ["customer", "queue", "timer"],
  pane_fields: ["customer", "queue", "timer"],
  customer_bubble: "initials",
  window_s: null,
  replies: false,
  approved_templates: false,
};

export function capabilitiesOf(catalog: Catalog, task: Task): Capabilities {
  return accountOf(catalog, task)?.capabilities ?? unknownAccount;
}

export function channelName(channel: ChannelType): string {
  switch (channel) {
    case "webchat":
      return i18n._(msg`WebChat`);
    case "email":
      return i18n._(msg`Email`);
    case "messenger":
      return i18n._(msg`Messenger`);
    case "sms":
      return i18n._(msg`SMS`);
    case "whatsapp":
      return i18n._(msg`WhatsApp`);
    case "custom":
      return i18n._(msg`Custom channel`);
  }
}
