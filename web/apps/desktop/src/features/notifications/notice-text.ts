import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Notice } from "@rapport/api-client";

/** The sentence of a notice. A text written by a person is shown as it is. */
export function noticeText({ code, params }: Notice): string {
  const text = params["text"];
  if (typeof text === "string" && text !== "") return text;
  switch (code) {
    case "transfer_dropped":
    case "task.dropped":
      return i18n._(msg`A transfer was not accepted; the conversation was dropped.`);
    case "account_broken":
      return i18n._(msg`A channel is not connected at the moment.`);
    default:
      return i18n._(msg`Notice: ${code}`);
  }
}
