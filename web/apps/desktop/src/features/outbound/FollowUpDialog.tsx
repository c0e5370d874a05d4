import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { FirstWords } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { useObstacle } from "../queues/useObstacle.ts";
import { Problem } from "./Problem.tsx";
import { useSending } from "./useOutbound.ts";
import { TemplateChooser } from "../templates/TemplateChooser.tsx";
import { BackButton } from "./BackButton.tsx";
import { FirstWordsField } from "./FirstWordsField.tsx";
import { useFirstWords } from "./useFirstWords.ts";
import { TemplateWords } from "./Words.tsx";
import classes from "./Outbound.module.css";

/** Write again where a conversation has ended: same account, a mail in its thread. */
export default function FollowUpDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const { conversationId = 0, title = "" } = dialog.reading ?? {};
  const fields = useQuery({ queryKey: ["follow-up", conversationId], queryFn: () => desk.api.followUpFields(conversationId), retry: false });
  const account = useDeskState((state) => state.catalog.accounts.find(({ id }) => id === fields.data?.account_id));
  const [form, setForm] = useState<FirstWords | null>(null);
  const first = useFirstWords(account, { conversationId });
  const [choosing, setChoosing] = useState(false);
  const template = fields.data?.template_needed === true;
  const words = template ? form : first.words;
  const obstacle = useObstacle(account?.channel ?? "email");
  const sending = useSending(JSON.stringify(words), onClose);
  const send = () => {
    if (!template && first.open !== null) first.templates.show();
    else if (words !== null) void sending.send((at, key) => at.api.followUp(conversationId, words, key));
  };
  const from = account?.name ?? "";
  const to = (fields.data?.to ?? []).map((person) => person.name || person.address).join(", ");
  return (
    <Dialog
      title={title === "" ? t`Follow up` : t`Follow up with ${title}`}
      onClose={choosing ? () => setChoosing(false) : onClose}
      size={choosing ? 860 : 640}
      padded={!choosing}
      footer={choosing ? <BackButton onBack={() => setChoosing(false)} /> : (
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button leftSection={<Send size={15} aria-hidden />} loading={sending.busy} disabled={words === null || obstacle !== null} onClick={send}>
            <Trans>Send</Trans>
          </Button>
        </>
      )}
    >
      {choosing && <TemplateChooser source={first.source} onChoose={(id) => (setChoosing(false), first.templates.load(id))} height={360} />}
      <div className={classes.fields} hidden={choosing}>
        {fields.isError && <p className={classes.over}>{errorText(fields.error)}</p>}
        {account !== undefined && (
          <p className={classes.lead}>
            {fields.data?.subject != null && <b>{fields.data.subject} · </b>}
            {to !== "" && <>{t`To ${to}`} · </>}
            {t`From ${from}`}
          </p>
        )}
        {fields.data !== undefined && template && <TemplateWords accountId={fields.data.account_id} onChange={setForm} />}
        {fields.data !== undefined && !template && account !== undefined && <FirstWordsField account={account} first={first} focus onTemplates={() => setChoosing(true)} />}
        {obstacle !== null && <p className={classes.lead}>{obstacle}</p>}
        <Problem sending={sending} onClose={onClose} />
      </div>
    </Dialog>
  );
}
