import type { ComposerMode, Person, ReplyFields, Task } from "@rapport/api-client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { modeOf } from "./outgoing.ts";
import { isAddress } from "./people.ts";
import type { LatestMail } from "./useLatestMail.ts";

export interface Recipients {
  /** What the mode fills in; undefined until it is known. */
  fields: ReplyFields | undefined;
  error: unknown;
  to: readonly Person[];
  cc: readonly Person[];
  /** As the agent chose them; null: the mode's own. */
  chosen: { to: Person[] | null; cc: Person[] | null };
  choose: (change: Partial<Recipients["chosen"]>) => void;
  problem: "no_recipient" | "bad_address" | null;
}

/** To, Cc, Subject and quote of a mode (table M1), and what the agent has made of them. */
export function useRecipients(task: Task, mode: ComposerMode, latest: LatestMail): Recipients {
  const desk = useDesk();
  const [chosen, setChosen] = useState<Recipients["chosen"]>({ to: null, cc: null });
  const { answered } = latest;
  const query = useQuery({
    queryKey: ["reply-fields", task.id, mode, answered],
    queryFn: () => desk.api.replyFields(task.id, modeOf(mode)),
    enabled: mode !== "quick" && answered > 0,
    placeholderData: keepPreviousData,
  });
  // Once a newer mail is read, To and Cc are that one's; whom a forward goes to is the agent's choice.
  const before = useRef(answered);
  useEffect(() => {
    if (before.current !== 0 && answered > before.current && !latest.guarded && mode !== "forward") setChosen({ to: null, cc: null });
    before.current = answered;
  }, [answered, latest.guarded, mode]);
  const to = (mode === "forward" ? chosen.to : null) ?? query.data?.to ?? [];
  const cc = chosen.cc ?? query.data?.cc ?? [];
  return {
    fields: query.isPlaceholderData ? undefined : query.data,
    error: query.error,
    to,
    cc,
    chosen,
    choose: (change) => setChosen((held) => ({ ...held, ...change })),
    problem: mode === "quick" ? null : [...to, ...cc].some((person) => !isAddress(person.address)) ? "bad_address" : mode === "forward" && to.length === 0 ? "no_recipient" : null,
  };
}
