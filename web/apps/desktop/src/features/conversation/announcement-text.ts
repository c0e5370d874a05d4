import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Catalog, Message } from "@rapport/api-client";
import { dayAndTime } from "../../shared/time.ts";

type Announcement = NonNullable<Message["announcement"]>;

/** The sentence of a system line. Unknown codes show themselves rather than nothing. */
export function announcementText({ code, params }: Announcement, catalog: Catalog): string {
  const agent = agentName(params["agent_id"], catalog);
  const from = agentName(params["from_agent_id"], catalog);
  const queue = queueName(params["queue_id"], catalog);
  switch (code) {
    case "accepted":
      return i18n._(msg`${agent} accepted the conversation`);
    case "transferred_to_agent":
      return i18n._(msg`${from} transferred the conversation to ${agent}`);
    case "transferred_to_queue":
      return i18n._(msg`${from} transferred the conversation to ${queue}`);
    case "requeued":
      return i18n._(msg`Back in ${queue}`);
    case "conference_requested":
      return i18n._(msg`Conference requested with ${agent}`);
    case "conference_cancelled":
      return i18n._(msg`The conference request was cancelled`);
    case "joined":
      return i18n._(msg`${agent} has joined the chat`);
    case "left":
      return i18n._(msg`${agent} has left the chat`);
    case "removed":
      return i18n._(msg`${agent} was removed from the conference`);
    case "customer_left":
      return i18n._(msg`The customer has left the chat`);
    case "customer_returned":
      return i18n._(msg`The customer is back`);
    case "ended_by_agent":
      return i18n._(msg`${agent} ended the conversation`);
    case "handled":
    case "closed":
      return i18n._(msg`The conversation has ended`);
    case "abandoned":
      return i18n._(msg`The customer left before an agent accepted`);
    case "timed_out":
      return i18n._(msg`The conversation was closed after a long silence`);
    case "dropped":
      return i18n._(msg`The transfer was not accepted; the conversation was dropped`);
    case "parked": {
      const until = params["until"];
      if (typeof until !== "string" || Number.isNaN(Date.parse(until))) return i18n._(msg`The conversation was parked`);
      const time = dayAndTime(until, i18n.locale);
      return i18n._(msg`The conversation was parked until ${time}`);
    }
    case "customer_opted_out": {
      const word = params["word"];
      return word === undefined || word === ""
        ? i18n._(msg`The customer has opted out of messages`)
        : i18n._(msg`The customer has opted out of messages (“${word}”)`);
    }
    case "customer_opted_in":
      return i18n._(msg`The customer takes messages again`);
    case "customer_not_told":
      return i18n._(msg`The customer was not told: the window for free messages is closed`);
    case "resumed":
      return i18n._(msg`The conversation was resumed`);
    default:
      return i18n._(msg`Event: ${code}`);
  }
}

function agentName(id: string | number | undefined, catalog: Catalog): string {
  return catalog.agents.find((agent) => agent.id === id)?.name ?? i18n._(msg`An agent`);
}

function queueName(id: string | number | undefined, catalog: Catalog): string {
  return catalog.queues.find((queue) => queue.id === id)?.name ?? i18n._(msg`the queue`);
}
