import { Button, Select, Textarea } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import classes from "./Floor.module.css";

type Level = "info" | "warning" | "critical";

/** Words for the desktops of a team, or of everybody. */
export default function NoticeDialog({ onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const teams = useDeskState((state) => state.catalog.teams) ?? [];
  const [team, setTeam] = useState<string | null>(null);
  const [level, setLevel] = useState<Level>("info");
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    const sent = await desk.run(null, async () => void (await desk.api.sendNotice(team === null ? null : Number(team), level, text.trim())));
    setBusy(false);
    if (sent) onClose();
  };
  return (
    <Dialog
      title={t`Send a notice`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button disabled={text.trim() === ""} loading={busy} onClick={() => void send()}>
            <Trans>Send</Trans>
          </Button>
        </>
      }
    >
      <div className={classes.stack}>
        <Select clearable label={t`Team`} placeholder={t`Everybody`} data={teams.map(({ id, name }) => ({ value: String(id), label: name }))} value={team} onChange={setTeam} />
        <Select
          allowDeselect={false}
          label={t`Level`}
          data={[
            { value: "info", label: t`For information` },
            { value: "warning", label: t`Important` },
            { value: "critical", label: t`Urgent` },
          ]}
          value={level}
          onChange={(value) => setLevel(value as Level)}
        />
        <Textarea data-autofocus label={t`Notice`} autosize minRows={3} maxLength={1000} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      </div>
    </Dialog>
  );
}
