import { Trans, useLingui } from "@lingui/react/macro";
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Play, Send, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../../shared/desk.ts";
import { errorText } from "../../../shared/error-text.ts";
import type { Item } from "../types.ts";
import { useWhen } from "../when.ts";
import { reasonText, useEndpoint, type WholeDelivery } from "./endpoints.ts";
import { WebhookBadge } from "./WebhookBadge.tsx";
import admin from "../Admin.module.css";
import channels from "../channels/Channels.module.css";

/** How the endpoint fares, with a test and a way on when it is paused. */
export function EndpointCard({ item, dirty }: { item: Item; dirty: boolean }) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const when = useWhen();
  const health = useEndpoint(item.id);
  const [working, setWorking] = useState<"test" | "resume" | null>(null);
  const [tested, setTested] = useState<WholeDelivery | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const act = async (what: "test" | "resume") => {
    setWorking(what);
    setTested(null);
    setFailure(null);
    try {
      const answer = await desk.api.http.post<WholeDelivery>(`/webhooks/${item.id}/${what}`, {});
      if (what === "test") setTested(answer);
      await client.invalidateQueries({ queryKey: ["admin", "webhooks"] });
    } catch (error) {
      setFailure(error);
    } finally {
      setWorking(null);
    }
  };
  if (health === undefined) return null;
  const rows: [string, string][] = [
    [t`Last success`, when(health.last_success_at) || t`none yet`],
    [t`Last failure`, health.last_failure_at == null ? t`none` : `${when(health.last_failure_at)}: ${reasonText(health.last_reason)}`],
    [t`Waiting to be sent`, health.backlog === 0 ? t`nothing` : t`${health.backlog}, the oldest since ${when(health.oldest_waiting_at)}`],
    [t`Given up`, health.failed === 0 ? t`none` : t`${health.failed}, see below`],
  ];
  return (
    <section className={admin.card} aria-label={t`Health`}>
      <h3 className={channels.healthHead}>
        <Trans>Health</Trans> <WebhookBadge endpointId={item.id} />
      </h3>
      {health.state === "paused" && (
        <p className={admin.problem}>
          {health.pause_reason === "gone"
            ? t`Paused: the endpoint says that it no longer exists. What happens meanwhile is kept and sent when you go on.`
            : t`Paused: nothing could be delivered for a day and a half. What happens meanwhile is kept and sent when you go on.`}
        </p>
      )}
      <dl className={channels.health}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className={channels.probe}>
        <Button variant="default" disabled={dirty} loading={working === "test"} leftSection={<Send size={15} aria-hidden />} onClick={() => void act("test")}>
          <Trans>Send a test</Trans>
        </Button>
        {health.state === "paused" && (
          <Button loading={working === "resume"} leftSection={<Play size={15} aria-hidden />} onClick={() => void act("resume")}>
            <Trans>Go on</Trans>
          </Button>
        )}
        <div className={channels.answer} role="status">
          {dirty && (
            <span className={channels.plain}>
              <Trans>Save first: the test uses what is stored.</Trans>
            </span>
          )}
          {tested !== null && <TestAnswer tested={tested} />}
          {failure !== null && <p data-ok="false">{errorText(failure)}</p>}
        </div>
      </div>
    </section>
  );
}

function TestAnswer({ tested }: { tested: WholeDelivery }) {
  const { t } = useLingui();
  const good = tested.state === "delivered";
  return (
    <p data-ok={good}>
      {good ? <CircleCheck size={16} aria-hidden /> : <TriangleAlert size={16} aria-hidden />}
      {good ? t`Taken with status ${tested.status ?? ""} after ${tested.ms ?? 0} ms.` : reasonText(tested.reason)}
    </p>
  );
}
