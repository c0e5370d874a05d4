import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Outcome } from "./news.ts";

/** The sentence on what a colleague did. */
export function outcomeText(how: Outcome, agent: string, customer: string): string {
  switch (how) {
    case "joined":
      return i18n._(msg`${agent} has joined the conversation with ${customer}.`);
    case "no_answer":
      return i18n._(msg`${agent} did not answer the conference request for ${customer}.`);
    case "left":
      return i18n._(msg`${agent} has left the conversation with ${customer}.`);
    case "transfer_accepted":
      return i18n._(msg`${agent} has accepted the transfer of ${customer}.`);
    case "taken_over":
      return i18n._(msg`${agent} has taken over the conversation with ${customer}.`);
  }
}
