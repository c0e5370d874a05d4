import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Message } from "@rapport/api-client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { agentName } from "../../shared/people.ts";
import { longDay, timeOfDay } from "../../shared/time.ts";
import { TakeButton } from "../queues/TakeButton.tsx";
import { FollowUpButton } from "../outbound/FollowUpButton.tsx";
import { announcementText } from "../conversation/announcement-text.ts";
import { MessageBody } from "../conversation/MessageBody.tsx";
import classes from "./ReadingDialog.module.css";

const PAGE = 40;
type Range = { before: number } | { after: number } | { newest: true };

/** A conversation to read, not to answer: at the message that was found, older and newer on demand. */
export default function ReadingDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const { conversationId = 0, seq, title = "" } = dialog.reading ?? {};
  const pages = useInfiniteQuery({
    queryKey: ["reading", conversationId, seq ?? 0],
    queryFn: async ({ pageParam, signal }) => ({
      range: pageParam,
      ...(await desk.api.messages(conversationId, { ...("newest" in pageParam ? {} : pageParam), limit: PAGE }, { signal })),
    }),
    initialPageParam: (seq === undefined ? { newest: true } : { before: seq + PAGE / 2 }) as Range,
    getPreviousPageParam: (page): Range | undefined => {
      const first = page.items[0];
      return first !== undefined && first.seq > 1 && ("after" in page.range || page.has_more) ? { before: first.seq } : undefined;
    },
    getNextPageParam: (page): Range | undefined => {
      const last = page.items.at(-1);
      const more = "after" in page.range ? page.has_more : seq !== undefined && page.items.length > 0;
      return last !== undefined && more ? { after: last.seq } : undefined;
    },
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const messages = useMemo(() => pages.data?.pages.flatMap((page) => page.items) ?? [], [pages.data]);
  const box = useRef<HTMLDivElement>(null);
  const loaded = messages.length > 0;
  useEffect(() => {
    const place = box.current;
    if (!loaded || place === null) return;
    const here = place.querySelector<HTMLElement>("[data-here='true']");
    if (here === null) place.scrollTop = place.scrollHeight;
    else here.scrollIntoView({ block: "center" });
  }, [loaded]);
  const { waiting } = dialog;
  return (
    <Dialog
      title={title === "" ? t`Conversation` : title}
      onClose={onClose}
      size={720}
      padded={false}
      footer={waiting?.takes === true ? <TakeButton task={waiting.task} onDone={onClose} size="sm" /> : waiting === undefined ? <FollowUpButton conversationId={conversationId} title={title} /> : undefined}
    >
      <div className={classes.thread} ref={box} role="log" aria-label={t`Messages`} aria-live="off" tabIndex={0} data-autofocus>
        {pages.isError && <p className={classes.none}>{errorText(pages.error)}</p>}
        {pages.hasPreviousPage && (
          <Button className={classes.more!} size="compact-sm" variant="default" onClick={() => void pages.fetchPreviousPage()}>
            <Trans>Older messages</Trans>
          </Button>
        )}
        {messages.map((message) => (
          <Line key={message.id} message={message} here={message.seq === seq} customer={title} />
        ))}
        {pages.hasNextPage && (
          <Button className={classes.more!} size="compact-sm" variant="default" onClick={() => void pages.fetchNextPage()}>
            <Trans>Newer messages</Trans>
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Line({ message, here, customer }: { message: Message; here: boolean; customer: string }) {
  const { t, i18n } = useLingui();
  const catalog = useDeskState((state) => state.catalog);
  if (catalog === undefined) return null;
  const when = `${longDay(message.created_at, i18n.locale)} ${timeOfDay(message.created_at, i18n.locale)}`;
  if (message.direction === "announcement") {
    return (
      <p className={classes.system}>
        {message.announcement === null ? message.text : announcementText(message.announcement, catalog)} · {when}
      </p>
    );
  }
  const inbound = message.direction === "inbound";
  const name = inbound ? customer : message.author.kind === "agent" ? agentName(catalog, message.author.id) : t`Automatic message`;
  const subject = message.content?.details?.["subject"];
  return (
    <div className={classes.line} data-out={!inbound && message.direction !== "note"} data-note={message.direction === "note"} data-here={here}>
      <div className={classes.bubble}>
        {typeof subject === "string" && <span className={classes.subject}>{subject}</span>}
        <MessageBody conversationId={message.conversation_id} text={message.text} attachments={message.attachments} content={message.content} />
      </div>
      <div className={classes.meta}>
        {name} · {when}
      </div>
    </div>
  );
}
