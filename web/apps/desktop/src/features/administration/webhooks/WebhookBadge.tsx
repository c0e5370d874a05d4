import { useLingui } from "@lingui/react/macro";
import { useEndpoint } from "./endpoints.ts";
import channels from "../channels/Channels.module.css";

const colours = { ok: "ok", failing: "degraded", paused: "broken", unknown: "unknown" } as const;

/** How an endpoint fares, in a word with a colour. */
export function WebhookBadge({ endpointId }: { endpointId: number }) {
  const { t } = useLingui();
  const health = useEndpoint(endpointId);
  if (health === undefined) return null;
  const words = { ok: t`Works`, failing: t`Troubled`, paused: t`Paused`, unknown: t`Not used yet` };
  return (
    <span className={channels.badge} data-state={health.active ? colours[health.state] : "off"}>
      {health.active ? words[health.state] : t`Switched off`}
    </span>
  );
}
