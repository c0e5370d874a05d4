import { Trans, useLingui } from "@lingui/react/macro";
import type { Message, MessageLog, MessageStatus } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { codeText, errorText } from "../../shared/error-text.ts";
import { useMayLook } from "../../shared/rights.ts";
import { exactTime } from "../../shared/time.ts";
import { useMessageAt } from "./message-at.ts";
import { stagesOf, useStatusWord } from "./Receipt.tsx";
import classes from "./MessageDialog.module.css";

/** One message in full: its way with times, its parts, and what the provider was asked and said. */
export default function MessageDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const opened = dialog.message;
  const open = useMayLook("addresses");
  const message = useMessageAt(opened?.conversation_id ?? 0, opened?.seq ?? null) ?? opened;
  const log = useQuery({
    queryKey: ["message-log", message?.id, message?.version],
    queryFn: () => desk.api.messageLog(message?.id ?? 0),
    enabled: message !== undefined && open,
    gcTime: 0,
  });
  if (message === undefined) return null;
  const { entries = [], parts = [] } = log.data ?? {};
  return (
    <Dialog title={t`Message details`} size="lg" onClose={onClose}>
      <Way message={message} />
      {parts.length > 1 && <Parts parts={parts} />}
      <h3 className={classes.heading}>
        <Trans>Channel log</Trans>
      </h3>
      {!open && (
        <p className={classes.quiet}>
          <Trans>It names the customer's address, which you have no right to see.</Trans>
        </p>
      )}
      {log.isError && <p className={classes.quiet}>{errorText(log.error)}</p>}
      {log.isSuccess && entries.length === 0 && (
        <p className={classes.quiet}>
          <Trans>Nothing was exchanged with a provider for this message.</Trans>
        </p>
      )}
      {entries.map((entry, index) => (
        <Entry key={index} entry={entry} />
      ))}
    </Dialog>
  );
}

function Way({ message }: { message: Message }) {
  const { t, i18n } = useLingui();
  const word = useStatusWord();
  const inbound = message.direction === "inbound";
  const failed = message.status === "failed" || message.status === "unknown";
  return (
    <dl className={classes.way}>
      <div>
        <dt>{inbound ? t`Received` : t`Written`}</dt>
        <dd>{exactTime(message.created_at, i18n.locale)}</dd>
      </div>
      {stagesOf(message).map(({ status, at }) => (
        <div key={status}>
          <dt>{word(status)}</dt>
          <dd>{exactTime(at, i18n.locale)}</dd>
        </div>
      ))}
      {(failed || message.status === "queued") && message.status !== null && (
        <div data-failed={failed}>
          <dt>{word(message.status)}</dt>
          <dd>{message.error === null ? "" : `${codeText(message.error.code, message.error.message)} (${message.error.code})`}</dd>
        </div>
      )}
    </dl>
  );
}

function Parts({ parts }: { parts: MessageLog["parts"] }) {
  const { t } = useLingui();
  const word = useStatusWord();
  return (
    <table className={classes.parts}>
      <caption>{t`Parts`}</caption>
      <thead>
        <tr>
          <th scope="col">{t`Part`}</th>
          <th scope="col">{t`Status`}</th>
          <th scope="col">{t`Number at the provider`}</th>
        </tr>
      </thead>
      <tbody>
        {parts.map((part) => (
          <tr key={part.number}>
            <td>{part.number}</td>
            <td>{word(part.status as MessageStatus) ?? part.status}</td>
            <td>{part.external_id ?? "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Entry({ entry }: { entry: MessageLog["entries"][number] }) {
  const { t, i18n } = useLingui();
  const status = entry.answer["status"];
  return (
    <details className={classes.entry}>
      <summary>
        <time dateTime={entry.at}>{exactTime(entry.at, i18n.locale)}</time>
        <b>{entry.request.method}</b>
        {typeof status === "number" && <span data-bad={status >= 400}>{status}</span>}
      </summary>
      <h4>{t`Request`}</h4>
      <pre tabIndex={0}>{JSON.stringify(entry.request, null, 2)}</pre>
      <h4>{t`Answer`}</h4>
      <pre tabIndex={0}>{JSON.stringify(entry.answer, null, 2)}</pre>
    </details>
  );
}
