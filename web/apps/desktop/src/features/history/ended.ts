import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { HandledPart } from "@rapport/api-client";

/** How an agent's part came to its end, in words. */
export function ended({ outcome, end_reason }: Pick<HandledPart, "outcome" | "end_reason">): string {
  switch (outcome) {
    case "transferred":
      return i18n._(msg`Transferred`);
    case "exited":
      return i18n._(msg`Left the conference`);
    case "removed":
      return i18n._(msg`Removed from the conference`);
    case "requeued":
      return i18n._(msg`Back in the queue`);
    default:
      if (end_reason === "closed") return i18n._(msg`Closed, the customer was silent`);
      return i18n._(msg`Ended`);
  }
}
