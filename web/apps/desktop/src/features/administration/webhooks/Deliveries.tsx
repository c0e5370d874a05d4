import { Trans, useLingui } from "@lingui/react/macro";
import { Button, NativeSelect } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import { useId, useState } from "react";
import { useDesk } from "../../../shared/desk.ts";
import { errorText } from "../../../shared/error-text.ts";
import { integrationTexts } from "../texts/integration.ts";
import { useWhen } from "../when.ts";
import { reasonText, useDeliveries, type Delivery, type DeliveryState, type WholeDelivery } from "./endpoints.ts";
import admin from "../Admin.module.css";
import channels from "../channels/Channels.module.css";
import classes from "./Deliveries.module.css";

const colours = { delivered: "ok", pending: "connecting", failed: "broken" } as const;

/** What was told to the endpoint: filtered by state, each to open, and to send once more. */
export function Deliveries({ endpointId }: { endpointId: number }) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const [state, setState] = useState<DeliveryState | "">("");
  const [told, setTold] = useState("");
  const log = useDeliveries(endpointId, state);
  const rows = log.data?.pages.flatMap(({ items }) => items) ?? [];
  const replay = async (which: object) => {
    setTold("");
    try {
      const { replayed } = await desk.api.http.post<{ replayed: number }>(`/webhooks/${endpointId}/replay`, which);
      setTold(replayed === 1 ? t`1 delivery is sent again.` : t`${replayed} deliveries are sent again.`);
      await client.invalidateQueries({ queryKey: ["admin", "webhooks"] });
    } catch (error) {
      setTold(errorText(error));
    }
  };
  const [hours, setHours] = useState("24");
  return (
    <section className={admin.card} aria-label={t`Deliveries`}>
      <h3>
        <Trans>Deliveries</Trans>
      </h3>
      <div className={classes.tools}>
        <NativeSelect
          label={t`State`}
          value={state}
          onChange={(event) => setState(event.currentTarget.value as DeliveryState | "")}
          data={[
            { value: "", label: t`All` },
            { value: "pending", label: t`Waiting` },
            { value: "delivered", label: t`Delivered` },
            { value: "failed", label: t`Given up` },
          ]}
        />
        <NativeSelect
          label={t`Send again what is of the last`}
          value={hours}
          onChange={(event) => setHours(event.currentTarget.value)}
          data={[
            { value: "1", label: t`hour` },
            { value: "24", label: t`24 hours` },
            { value: "168", label: t`7 days` },
            { value: "720", label: t`30 days` },
          ]}
        />
        <Button variant="default" onClick={() => void replay({ since: hoursAgo(Number(hours)), ...(state === "" || state === "pending" ? {} : { state }) })}>
          {state === "failed" ? t`Send those given up again` : t`Send again`}
        </Button>
      </div>
      <p role="status" className={classes.told}>
        {told}
      </p>
      {log.isError && <p role="alert">{errorText(log.error)}</p>}
      {log.data !== undefined && rows.length === 0 && (
        <p className={admin.dialogText}>
          <Trans>Nothing was delivered.</Trans>
        </p>
      )}
      {rows.length > 0 && (
        <ol className={classes.log} aria-label={t`Deliveries`}>
          {rows.map((row) => (
            <DeliveryRow key={row.id} endpointId={endpointId} row={row} onReplay={() => void replay({ ids: [row.id] })} />
          ))}
        </ol>
      )}
      {log.hasNextPage && (
        <Button variant="default" className={admin.start!} loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </section>
  );
}

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

function DeliveryRow({ endpointId, row, onReplay }: { endpointId: number; row: Delivery; onReplay: () => void }) {
  const { t, i18n } = useLingui();
  const when = useWhen();
  const [open, setOpen] = useState(false);
  const details = useId();
  const words = { pending: t`Waiting`, delivered: t`Delivered`, failed: t`Given up` };
  const event = integrationTexts["WebhookSpec.events"]?.choices?.[row.type];
  const title = row.type === "test" ? t`Test` : event === undefined ? row.type : i18n._(event);
  const facts = [
    when(row.created_at),
    row.attempts > 1 ? t`${row.attempts} attempts` : "",
    row.replayed ? t`sent again by hand` : "",
    row.state === "delivered" ? t`status ${row.status ?? ""}, ${row.ms ?? 0} ms` : reasonText(row.reason),
    row.state === "pending" && row.attempts > 0 && row.next_attempt_at !== null ? t`next attempt ${when(row.next_attempt_at)}` : "",
  ].filter(Boolean);
  return (
    <li>
      <button type="button" className={classes.row} aria-expanded={open} aria-controls={details} onClick={() => setOpen(!open)}>
        <span className={channels.badge} data-state={colours[row.state]}>
          {words[row.state]}
        </span>
        <span className={classes.what}>
          <b>{title}</b>
          <span>{facts.join(" · ")}</span>
        </span>
      </button>
      {row.state !== "pending" && row.type !== "test" && (
        <Button variant="subtle" size="compact-sm" leftSection={<RotateCw size={14} aria-hidden />} aria-label={t`Send again: ${title}, ${when(row.created_at)}`} onClick={onReplay}>
          <Trans>Send again</Trans>
        </Button>
      )}
      <div id={details} hidden={!open} className={classes.details}>
        {open && <Details endpointId={endpointId} id={row.id} />}
      </div>
    </li>
  );
}

function Details({ endpointId, id }: { endpointId: number; id: number }) {
  const { t } = useLingui();
  const desk = useDesk();
  const whole = useQuery({
    queryKey: ["admin", "webhooks", endpointId, "delivery", id],
    queryFn: () => desk.api.http.get<WholeDelivery>(`/webhooks/${endpointId}/deliveries/${id}`),
  });
  if (whole.isError) return <p role="alert">{errorText(whole.error)}</p>;
  if (whole.data === undefined) return <p aria-busy />;
  const { body, answer } = whole.data;
  return (
    <dl>
      <dt>
        <Trans>Delivery id</Trans>
      </dt>
      <dd>{id}</dd>
      <dt>
        <Trans>Sent</Trans>
      </dt>
      <dd>
        <pre tabIndex={0} role="region" aria-label={t`Sent`}>
          {pretty(body)}
        </pre>
      </dd>
      {answer !== null && answer !== "" && (
        <>
          <dt>
            <Trans>Answered (the beginning)</Trans>
          </dt>
          <dd>
            <pre tabIndex={0} role="region" aria-label={t`Answered (the beginning)`}>
              {answer}
            </pre>
          </dd>
        </>
      )}
    </dl>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
