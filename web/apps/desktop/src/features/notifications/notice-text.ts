import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Catalog, Notice } from "@rapport/api-client";

/** The sentence of a notice. A text written by a person is shown as it is. */
export function noticeText({ code, params }: Notice, catalog?: Catalog): string {
  const text = params["text"];
  if (typeof text === "string" && text !== "") return text;
  switch (code) {
    case "transfer_dropped":
    case "task.dropped":
      return i18n._(msg`A transfer was not accepted; the conversation was dropped.`);
    case "account_broken": {
      const account = catalog?.accounts.find(({ id }) => id === params["account_id"])?.name;
      const why = params["message"];
      if (account === undefined) return i18n._(msg`A channel is not connected at the moment.`);
      if (typeof why !== "string" || why === "") return i18n._(msg`${account} is not connected at the moment.`);
      return i18n._(msg`${account} is not connected at the moment: ${why}`);
    }
    case "account_ok": {
      const account = catalog?.accounts.find(({ id }) => id === params["account_id"])?.name;
      return account === undefined ? i18n._(msg`A channel is connected again.`) : i18n._(msg`${account} is connected again.`);
    }
    default:
      return i18n._(msg`Notice: ${code}`);
  }
}
