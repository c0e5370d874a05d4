import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { CircleAlert, CircleCheck, PlugZap } from "lucide-react";
import { useState } from "react";
import { useDesk } from "../../../shared/desk.ts";
import { errorText } from "../../../shared/error-text.ts";
import { ApiError } from "@rapport/api-client";
import type { Spec } from "../types.ts";
import classes from "./Channels.module.css";

interface Answer {
  ok: boolean;
  code: string;
  message: string;
  facts: Record<string, string>;
}

interface Props {
  channel: string;
  address: string;
  settings: Spec;
  secrets: Record<string, string | null>;
  /** Whose stored secrets stand in for those that are not given anew. */
  accountId?: number;
  onAnswer?: (ok: boolean) => void;
  onRefused?: (error: unknown) => void;
}

/** Asks the provider whether what is written works, before it is saved. */
export function ProbeButton({ channel, address, settings, secrets, accountId, onAnswer, onRefused }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [waiting, setWaiting] = useState(false);
  const probe = async () => {
    setWaiting(true);
    setAnswer(null);
    setFailure(null);
    try {
      const body = { address, settings, secrets, ...(accountId === undefined ? {} : { account_id: accountId }) };
      const said = await desk.api.http.post<Answer>(`/channels/${channel}/probe`, body);
      setAnswer(said);
      onAnswer?.(said.ok);
    } catch (error) {
      setFailure(error);
      onRefused?.(error);
    } finally {
      setWaiting(false);
    }
  };
  return (
    <div className={classes.probe}>
      <Button variant="default" leftSection={<PlugZap size={16} aria-hidden />} loading={waiting} onClick={() => void probe()}>
        <Trans>Test connection</Trans>
      </Button>
      <div role="status" className={classes.answer}>
        {answer?.ok === true && (
          <p data-ok="true">
            <CircleCheck size={18} aria-hidden />
            <span>
              {t`The provider accepts these credentials.`} {Object.entries(answer.facts).map(([name, value]) => `${name.replaceAll("_", " ")}: ${value}`).join(" · ")}
            </span>
          </p>
        )}
        {answer?.ok === false && (
          <p data-ok="false">
            <CircleAlert size={18} aria-hidden />
            <span>
              {t`The provider refuses.`} {answer.message} ({answer.code})
            </span>
          </p>
        )}
        {failure !== null && (
          <p data-ok="false">
            <CircleAlert size={18} aria-hidden />
            <span>{failure instanceof ApiError && failure.code === "invalid_field" ? t`Some fields above are not right.` : errorText(failure)}</span>
          </p>
        )}
      </div>
    </div>
  );
}
