import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Catalog, Notice } from "@rapport/api-client";

/** The sentence of a notice. A text written by a person is shown as it is. */
export function noticeText({ code, params }: Notice, catalog?: Catalog): string {
  const text = params["text"];
  if (code === "team_notice" || code === "supervisor_reading") {
    const from = catalog?.agents.find(({ id }) => id === params["agent_id"])?.name ?? i18n._(msg`A supervisor`);
    return code === "team_notice" ? `${from}: ${String(text ?? "")}` : i18n._(msg`${from} is reading along in one of your conversations.`);
  }
  if (typeof text === "string" && text !== "") return text;
  const name = String(params["name"] ?? "");
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
    case "webhook_failing":
      return i18n._(msg`The webhook ${name} has failed for a day and a half and was paused.`);
    case "webhook_gone":
      return i18n._(msg`The webhook ${name} was paused: its endpoint says that it no longer exists.`);
    default:
      return i18n._(msg`Notice: ${code}`);
  }
}
