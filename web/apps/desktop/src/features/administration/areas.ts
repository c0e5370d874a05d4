import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

export interface Area {
  /** Part of the address: /admin/<id>. */
  id: string;
  title: MessageDescriptor;
  lead: MessageDescriptor;
  /** What a thing is called on its own, for “New …”. */
  one: MessageDescriptor;
  kind: string;
  /** Of a kind of which there is one: the only fields that this area shows. */
  only?: readonly string[];
  group: "contacts" | "people" | "writing" | "words" | "integration" | "rules";
}

export const groups: Record<Area["group"], MessageDescriptor> = {
  contacts: msg`Contacts`,
  people: msg`People`,
  writing: msg`Writing`,
  words: msg`Reasons`,
  integration: msg`Integration`,
  rules: msg`Installation`,
};

/** What there is to administer. Kinds of the server that are missing here get a page all the same. */
export const areas: readonly Area[] = [
  { id: "channels", kind: "accounts", group: "contacts", title: msg`Channels`, one: msg`channel`, lead: msg`Websites, mailboxes, numbers and pages on which customers reach you.` },
  { id: "entry-points", kind: "entry_points", group: "contacts", title: msg`Entry points`, one: msg`entry point`, lead: msg`Where the contacts of a channel go, and what they are told first.` },
  { id: "queues", kind: "queues", group: "contacts", title: msg`Queues`, one: msg`queue`, lead: msg`How conversations wait, and to whom they are offered.` },
  { id: "hours", kind: "hours", group: "contacts", title: msg`Business hours`, one: msg`business hours`, lead: msg`When you are there. Queues and entry points refer to them.` },
  { id: "teams", kind: "teams", group: "people", title: msg`Teams`, one: msg`team`, lead: msg`Agents who work together. Queues ask teams.` },
  { id: "users", kind: "users", group: "people", title: msg`Users`, one: msg`user`, lead: msg`Everybody who signs in, with roles, teams and skills.` },
  { id: "roles", kind: "roles", group: "people", title: msg`Roles`, one: msg`role`, lead: msg`Rights of your own making, beside the built-in roles agent, supervisor and administrator.` },
  { id: "identity-providers", kind: "identity_providers", group: "people", title: msg`Identity providers`, one: msg`identity provider`, lead: msg`Where people can sign in with the account that they have already (OpenID Connect).` },
  { id: "skills", kind: "skills", group: "people", title: msg`Skills`, one: msg`skill`, lead: msg`What agents can do, to a level from 1 to 10.` },
  { id: "profiles", kind: "profiles", group: "people", title: msg`Multimedia profiles`, one: msg`multimedia profile`, lead: msg`How many conversations an agent has at once.` },
  { id: "templates", kind: "templates", group: "writing", title: msg`Templates`, one: msg`template`, lead: msg`Prepared texts, with values that are filled in and fields for agents.` },
  { id: "workflows", kind: "workflows", group: "writing", title: msg`Workflows`, one: msg`workflow`, lead: msg`What agents can trigger in other systems, and what the answers do.` },
  { id: "rules", kind: "rules", group: "writing", title: msg`Rules`, one: msg`rule`, lead: msg`Workflows that start by themselves when something happens to a conversation.` },
  { id: "idle-codes", kind: "idle_codes", group: "words", title: msg`Idle codes`, one: msg`idle code`, lead: msg`Why somebody is not available, such as Lunch or Meeting.` },
  { id: "reasons", kind: "reasons", group: "words", title: msg`Wrap-up reasons`, one: msg`wrap-up reason`, lead: msg`How a conversation ended.` },
  { id: "webhooks", kind: "webhooks", group: "integration", title: msg`Webhooks`, one: msg`webhook`, lead: msg`Other systems that are told what happens here, as it happens.` },
  { id: "privacy", kind: "settings", only: ["privacy", "files"], group: "rules", title: msg`Data protection`, one: msg`settings`, lead: msg`Card and health data never reach the database in clear; which files may be sent.` },
  { id: "retention", kind: "settings", only: ["retention"], group: "rules", title: msg`Retention`, one: msg`settings`, lead: msg`For how long conversations, reports and logs are kept.` },
  { id: "signing-in", kind: "settings", only: ["password"], group: "rules", title: msg`Signing in`, one: msg`settings`, lead: msg`What passwords must be, and who needs a second factor.` },
  { id: "general", kind: "settings", only: ["company", "time_zone", "session_hours", "desktop_gone_s", "tell_when_watched"], group: "rules", title: msg`General`, one: msg`settings`, lead: msg`The company's name and how long people stay signed in.` },
];

export function areaOf(id: string): Area | undefined {
  return areas.find((area) => area.id === id);
}

/** The address of a kind's pages. */
export function areaOfKind(kind: string): string {
  return areas.find((area) => area.kind === kind)?.id ?? kind;
}
