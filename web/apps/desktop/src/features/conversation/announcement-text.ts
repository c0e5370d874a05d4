import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Catalog, Message } from "@rapport/api-client";
import { dayAndTime } from "../../shared/time.ts";

type Announcement = NonNullable<Message["announcement"]>;

/** The sentence of a system line. Unknown codes show themselves rather than nothing. */
export function announcementText({ code, params }: Announcement, catalog: Catalog): string {
  const agent = agentName(params["agent_id"], catalog);
  const from = agentName(params["from_agent_id"], catalog);
  const supervisor = agentName(params["supervisor_id"], catalog);
  const queue = queueName(params["queue_id"], catalog);
  const workflow = String(params["workflow"] ?? "");
  const rule = String(params["rule"] ?? "");
  switch (code) {
    case "accepted":
      return i18n._(msg`${agent} accepted the conversation`);
    case "started":
      return i18n._(msg`${agent} started the conversation`);
    case "followed_up":
      return i18n._(msg`${agent} followed up the conversation`);
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
    case "taken_over":
      return i18n._(msg`${agent} took the conversation over from ${from}`);
    case "reassigned_to_agent":
      return i18n._(msg`${supervisor} gave the conversation to ${agent}`);
    case "reassigned_to_queue":
      return i18n._(msg`${supervisor} moved the conversation to ${queue}`);
    case "prioritised": {
      const priority = String(params["priority"]);
      return i18n._(msg`${supervisor} set the priority to ${priority}`);
    }
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
    case "workflow_started":
      return i18n._(msg`${agent} triggered “${workflow}”`);
    case "rule_started_workflow":
      return i18n._(msg`“${workflow}” was started by the rule “${rule}”`);
    case "rule_lacks_input":
      return i18n._(msg`The rule “${rule}” could not start “${workflow}”: something it asks for is missing`);
    case "workflow_done": {
      const took = duration(params["ms"]);
      const said = String(params["text"] ?? "");
      return said === "" ? i18n._(msg`“${workflow}” is done (${took})`) : i18n._(msg`“${workflow}” is done (${took}): ${said}`);
    }
    case "workflow_failed": {
      const reason = workflowFailure(String(params["reason"] ?? ""));
      return i18n._(msg`“${workflow}” has failed: ${reason}`);
    }
    case "split":
      return i18n._(msg`${agent} split a mail to a new conversation`);
    case "sensitive_removed":
      return i18n._(msg`Card or health data was removed from a message`);
    case "survey_answered": {
      const rating = String(params["rating"]);
      const comment = String(params["comment"] ?? "");
      return comment === "" ? i18n._(msg`The customer's rating: ${rating} of 5`) : i18n._(msg`The customer's rating: ${rating} of 5. “${comment}”`);
    }
    case "menu_answered": {
      const answer = String(params["answer"] ?? "");
      const queue = queueName(params["queue_id"], catalog);
      return i18n._(msg`The customer chose “${answer}”: ${queue}`);
    }
    case "menu_unanswered":
      return i18n._(msg`The question before the queue was not answered`);
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

function workflowFailure(code: string): string {
  switch (code) {
    case "timed_out":
      return i18n._(msg`the other system did not answer in time`);
    case "unreachable":
      return i18n._(msg`the other system could not be reached`);
    case "failed_there":
      return i18n._(msg`the other system has a fault`);
    case "refused_there":
    case "redirected":
    case "answer_too_large":
      return i18n._(msg`the other system did not take it`);
    default:
      return i18n._(msg`it is not set up as it should be`);
  }
}

function duration(ms: string | number | undefined): string {
  const seconds = Number(ms ?? 0) / 1000;
  return new Intl.NumberFormat(i18n.locale, { style: "unit", unit: "second", unitDisplay: "narrow", maximumFractionDigits: seconds < 10 ? 1 : 0 }).format(seconds);
}
