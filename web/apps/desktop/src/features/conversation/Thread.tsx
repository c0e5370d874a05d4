import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Leg, Task } from "@rapport/api-client";
import { emptyThread } from "@rapport/event-store";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useDeferredValue, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { sameItems, useStore } from "../../shared/store.ts";
import { heightsOf, rememberHeights } from "./row-heights.ts";
import { Row } from "./ThreadRowView.tsx";
import { firstUnread, threadRows } from "./thread-rows.ts";
import { TypingLine } from "./TypingLine.tsx";
import { useJump } from "./useJump.ts";
import { useMarkRead } from "./useMarkRead.ts";
import classes from "./Thread.module.css";

const AT_END = 60;
const ESTIMATED_PX = 56;
const OVERSCAN = 6;

/** The messages of a conversation: only those in view are in the page, whatever the length. */
export function Thread({ task, leg }: { task: Task; leg: Leg }) {
  const { t } = useLingui();
  const desk = useDesk();
  const id = task.conversation_id;
  const thread = useStore(desk.threads.all, (all) => all.get(id) ?? emptyThread);
  const failed = useStore(desk.threads.failed, (set) => set.has(id));
  const outgoing = useStore(desk.outbox.items, (items) => items.filter((item) => item.conversationId === id), sameItems);
  const [readAtOpening] = useState(leg.read_seq);
  const [divider, setDivider] = useState<number | null>(() =>
    thread.loaded ? (firstUnread(thread.messages, leg.read_seq) ?? 0) : null,
  );
  const rows = useMemo(() => threadRows(thread.messages, outgoing, divider), [thread.messages, outgoing, divider]);
  const scroller = useRef<HTMLDivElement>(null);
  const placed = useRef(false);
  const [atEnd, setAtEnd] = useState(true);
  const [seenSeq, setSeenSeq] = useState(0);

  useEffect(() => desk.threads.ensure(id), [desk, id]);

  // What is not in view comes a frame later, ready for scrolling: the messages in view need not wait for it.
  const overscan = useDeferredValue(OVERSCAN, 0);
  const [heights] = useState(() => heightsOf(id));
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATED_PX,
    // About where it will be placed: else the thread's beginning is drawn first, only to be thrown away.
    initialRect: { width: 0, height: window.innerHeight },
    initialOffset: () => heights.reduce((sum, row) => sum + row.size, (rows.length - heights.length) * ESTIMATED_PX),
    initialMeasurementsCache: heights,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan,
    paddingStart: 16,
    paddingEnd: 8,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: AT_END,
  });

  useLayoutEffect(() => () => rememberHeights(id, virtualizer.takeSnapshot()), [id, virtualizer]);

  // The first unread message is known once the first page is there; it stays marked while open.
  useLayoutEffect(() => {
    if (!thread.loaded || divider !== null || placed.current) return;
    setDivider(firstUnread(thread.messages, readAtOpening) ?? 0);
  }, [thread.loaded, thread.messages, divider, readAtOpening]);

  useLayoutEffect(() => {
    if (placed.current || divider === null || rows.length === 0) return;
    placed.current = true;
    const target = rows.findIndex((row) => row.kind === "new");
    if (target > 0) virtualizer.scrollToIndex(target, { align: "start" });
    else virtualizer.scrollToEnd();
  }, [divider, rows, virtualizer]);

  const newestSeq = thread.messages.at(-1)?.seq ?? 0;
  useLayoutEffect(() => {
    if (atEnd) setSeenSeq(newestSeq);
  }, [atEnd, newestSeq]);
  useMarkRead(task, leg, atEnd && thread.loaded ? newestSeq : 0);

  // When the composer grows, the thread gives way upwards: the newest message stays in view.
  const end = useRef(atEnd);
  end.current = atEnd;
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => {
      if (end.current && placed.current) virtualizer.scrollToEnd();
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, [virtualizer]);

  // What the agent sends is always shown, wherever they had scrolled to.
  const sent = useRef(outgoing.length);
  useLayoutEffect(() => {
    if (outgoing.length > sent.current) virtualizer.scrollToEnd();
    sent.current = outgoing.length;
  }, [outgoing.length, virtualizer]);

  useJump(id, rows, scroller, (index) => virtualizer.scrollToIndex(index, { align: "center" }));

  const items = virtualizer.getVirtualItems();
  const firstIndex = items[0]?.index ?? 0;
  useEffect(() => {
    if (placed.current && firstIndex < 8 && thread.hasMore) void desk.threads.older(id);
  }, [desk, id, firstIndex, thread.hasMore, thread.messages]);

  const replies = thread.messages.filter((m) => m.seq > seenSeq && m.direction === "inbound").length;
  return (
    <div className={classes.frame}>
      <div
        ref={scroller}
        className={classes.scroller}
        role="log"
        aria-live="off"
        aria-label={t`Messages`}
        tabIndex={0}
        onScroll={(event) => {
          const box = event.currentTarget;
          setAtEnd(box.scrollHeight - box.scrollTop - box.clientHeight < AT_END);
        }}
      >
        <div className={classes.canvas} style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={classes.row}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Row row={row} task={task} />
              </div>
            );
          })}
        </div>
      </div>
      {failed && !thread.loaded && (
        <div className={classes.failed}>
          <p>
            <Trans>The messages could not be loaded.</Trans>
          </p>
          <Button variant="default" size="xs" onClick={() => desk.threads.ensure(id)}>
            <Trans>Try again</Trans>
          </Button>
        </div>
      )}
      {!atEnd && (
        <button type="button" className={classes.jump} data-new={replies > 0} onClick={() => virtualizer.scrollToEnd()}>
          <ArrowDown size={15} aria-hidden />
          {replies > 0 ? t`New replies` : t`Latest`}
        </button>
      )}
      <TypingLine task={task} shown={leg.state === "active"} />
    </div>
  );
}
