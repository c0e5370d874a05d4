import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Catalog, Message } from "@rapport/api-client";

type Announcement = NonNullable<Message["announcement"]>;

/** The sentence of a system line. Unknown codes show themselves rather than nothing. */
export function announcementText({ code, params }: Announcement, catalog: Catalog): string {
  const agent = agentName(params, "agent", catalog);
  const target = agentName(params, "to_agent", catalog) || agentName(params, "target", catalog);
  const queue = queueName(params, catalog);
  switch (code) {
    case "task.queued":
      return queue ? i18n._(msg`Waiting in ${queue}`) : i18n._(msg`Waiting in the queue`);
    case "task.offered":
      return agent ? i18n._(msg`Offered to ${agent}`) : i18n._(msg`Offered to an agent`);
    case "task.accepted":
      return agent ? i18n._(msg`${agent} accepted the conversation`) : i18n._(msg`The conversation was accepted`);
    case "offer.expired":
      return agent ? i18n._(msg`${agent} did not answer`) : i18n._(msg`The request was not answered`);
    case "offer.withdrawn":
      return i18n._(msg`The request was withdrawn`);
    case "task.requeued":
      return queue ? i18n._(msg`Back in ${queue}`) : i18n._(msg`Back in the queue`);
    case "task.transferred":
      if (agent && target) return i18n._(msg`${agent} transferred the conversation to ${target}`);
      if (agent && queue) return i18n._(msg`${agent} transferred the conversation to ${queue}`);
      return i18n._(msg`The conversation was transferred`);
    case "task.dropped":
      return i18n._(msg`The transfer was not accepted; the conversation was dropped`);
    case "task.ended":
      return agent ? i18n._(msg`${agent} ended the conversation`) : i18n._(msg`The conversation has ended`);
    case "conference.requested":
      return target ? i18n._(msg`Conference requested with ${target}`) : i18n._(msg`Conference requested`);
    case "conference.joined":
      return agent ? i18n._(msg`${agent} has joined the chat`) : i18n._(msg`An agent has joined the chat`);
    case "conference.cancelled":
      return i18n._(msg`The conference request was cancelled`);
    case "conference.exited":
      return agent ? i18n._(msg`${agent} has left the conference`) : i18n._(msg`An agent has left the conference`);
    case "conference.removed":
      return agent ? i18n._(msg`${agent} was removed from the conference`) : i18n._(msg`An agent was removed from the conference`);
    case "conference.ended":
      return i18n._(msg`The conference has ended`);
    case "customer.left":
      return i18n._(msg`The customer has left the chat`);
    case "customer.returned":
      return i18n._(msg`The customer is back`);
    case "agent.left":
      return agent ? i18n._(msg`${agent} has left the chat`) : i18n._(msg`The agent has left the chat`);
    case "task.parked":
      return i18n._(msg`The conversation was parked`);
    case "task.resumed":
      return i18n._(msg`The conversation was resumed`);
    case "customer.reminded":
      return i18n._(msg`The customer was reminded`);
    default:
      return i18n._(msg`Event: ${code}`);
  }
}

function agentName(params: Announcement["params"], key: string, catalog: Catalog): string {
  const named = params[key] ?? params[`${key}_name`];
  if (typeof named === "string" && named !== "") return named;
  const id = params[`${key}_id`] ?? named;
  return catalog.agents.find((each) => each.id === id)?.name ?? "";
}

function queueName(params: Announcement["params"], catalog: Catalog): string {
  const named = params["queue"] ?? params["queue_name"];
  if (typeof named === "string" && named !== "") return named;
  const id = params["queue_id"] ?? named;
  return catalog.queues.find((each) => each.id === id)?.name ?? "";
}
