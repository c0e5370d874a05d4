import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { channelName } from "../../shared/people.ts";
import { rightTexts } from "../../shared/rights.ts";
import type { ChannelType } from "@rapport/api-client";
import { durationText } from "./forms/units.ts";
import type { Item, Value } from "./types.ts";

export type Names = (kind: string, id: Value | undefined) => string | undefined;

/** Of which other kinds the facts name things. */
export const namedKinds: Record<string, readonly string[]> = {
  users: ["teams", "roles"],
  queues: ["teams"],
  entry_points: ["accounts", "queues", "hours"],
  reasons: ["queues"],
};

/** The two or three things that matter about something, for its row in a list. */
export function facts({ kind, spec }: Item, name: Names): string[] {
  const list = (value: Value | undefined) => (Array.isArray(value) ? value : []);
  const names = (of: string, ids: Value | undefined) => list(ids).flatMap((id) => name(of, id) ?? []);
  switch (kind) {
    case "queues":
      return [list(spec["channels"]).map((channel) => channelName(channel as ChannelType)).join(", "), names("teams", list(spec["groups"]).flatMap((group) => list((group as Record<string, Value>)["teams"]))).join(", ")];
    case "users":
      return [String(spec["login"] ?? ""), [...list(spec["roles"]).map((role) => roleText(String(role))), names("roles", spec["custom_roles"])].flat().join(", "), names("teams", spec["teams"]).join(", "), spec["active"] === false ? i18n._(msg`may not sign in`) : ""];
    case "entry_points":
      return [`${name("accounts", spec["account"]) ?? "?"} › ${name("queues", spec["queue"]) ?? "?"}`, name("hours", spec["hours"]) ?? i18n._(msg`always open`)];
    case "accounts":
      return [channelName(spec["channel"] as ChannelType), String(spec["address"] ?? ""), spec["active"] === false ? i18n._(msg`switched off`) : ""];
    case "profiles": {
      const [chat, email, social] = [Number(spec["chat"]), Number(spec["email"]), Number(spec["social"])];
      return [i18n._(msg`Chat ${chat}`), i18n._(msg`E-mail ${email}`), i18n._(msg`Messengers ${social}`)];
    }
    case "hours":
      return [String(spec["time_zone"] ?? ""), holidays(list(spec["holidays"]).length)];
    case "idle_codes":
      return [spec["default"] === true ? i18n._(msg`after signing in`) : ""];
    case "reasons":
      return [Array.isArray(spec["queues"]) ? names("queues", spec["queues"]).join(", ") || i18n._(msg`no queue`) : i18n._(msg`all queues`), spec["default"] === true ? i18n._(msg`default`) : ""];
    case "webhooks":
      return [String(spec["url"] ?? ""), list(spec["events"]).length === 0 ? i18n._(msg`all events`) : eventCount(list(spec["events"]).length), spec["active"] === false ? i18n._(msg`switched off`) : ""];
    case "identity_providers":
      return [String(spec["issuer"] ?? ""), spec["active"] === false ? i18n._(msg`switched off`) : ""];
    case "roles":
      return [list(spec["rights"]).map((grant) => grantText(String(grant))).join(", ")];
    case "teams":
    case "skills":
      return [String(spec["description"] ?? "")];
    default:
      return simpleFacts(spec);
  }
}

function holidays(count: number): string {
  return count === 0 ? "" : i18n._(msg`${count} holidays`);
}

function eventCount(count: number): string {
  return count === 1 ? i18n._(msg`1 event`) : i18n._(msg`${count} events`);
}

/** A right in words, or that it is for looking only. */
export function grantText(grant: string): string {
  const right = i18n._(rightTexts[grant.replace(/:read$/, "")] ?? { id: grant, message: grant });
  return grant.endsWith(":read") ? i18n._(msg`${right} (look only)`) : right;
}

export function roleText(role: string): string {
  switch (role) {
    case "agent":
      return i18n._(msg`Agent`);
    case "supervisor":
      return i18n._(msg`Supervisor`);
    case "administrator":
      return i18n._(msg`Administrator`);
    default:
      return role;
  }
}

function simpleFacts(spec: Item["spec"]): string[] {
  const plain = Object.entries(spec).filter(([, value]) => typeof value === "string" || typeof value === "number");
  return plain.slice(0, 2).map(([key, value]) => (/_s$/.test(key) ? durationText(Number(value)) : String(value)));
}
