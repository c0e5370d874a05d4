import { ActionIcon } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { StyleKind } from "@rapport/api-client";
import { Bold, Code, Heading, IndentIncrease, Italic, List, ListOrdered, SquareCode, Strikethrough, Table2, TextQuote, Underline, type LucideIcon } from "lucide-react";
import { useRef, useState, type KeyboardEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import { Tip } from "../../shared/Tip.tsx";
import { MailStyles } from "./MailStyles.tsx";
import { chordText } from "../shortcuts/chord.ts";
import { chordsOf } from "../shortcuts/commands.ts";
import classes from "./FormatBar.module.css";

interface Props {
  allowed: ReadonlySet<StyleKind>;
  active: ReadonlySet<StyleKind>;
  onToggle: (kind: StyleKind) => void;
  /** Where links can be made by hand. */
  onLink?: (url: string) => void;
}

/** The styles that the channel can carry. One stop of the Tab key; arrow keys walk inside. */
export function FormatBar({ allowed, active, onToggle, onLink }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const own = useStore(desk.preferences.values, (values) => values.shortcuts.chords);
  const chords = chordsOf(own);
  const bar = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const all: [StyleKind, string, LucideIcon][] = [
    ["bold", t`Bold`, Bold],
    ["italic", t`Italic`, Italic],
    ["underline", t`Underline`, Underline],
    ["strike", t`Strikethrough`, Strikethrough],
    ["heading", t`Heading`, Heading],
    ["code", t`Code`, Code],
    ["bullet_list", t`Bulleted list`, List],
    ["ordered_list", t`Numbered list`, ListOrdered],
    ["quote", t`Quote`, TextQuote],
    ["code_block", t`Code block`, SquareCode],
    ["indent", t`Indent`, IndentIncrease],
    ["table", t`Table row: Tab goes to the next cell`, Table2],
  ];
  const shown = all.filter(([kind]) => allowed.has(kind));
  const walk = (event: KeyboardEvent) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = (to + shown.length) % shown.length;
    setAt(next);
    bar.current?.querySelectorAll("button")[next]?.focus();
  };
  return (
    <div ref={bar} role="toolbar" aria-label={t`Formatting`} className={classes.bar} onKeyDown={walk}>
      {shown.map(([kind, label, Icon], index) => {
        const chord = chords.get(`format.${kind}`) ?? null;
        return (
          <Tip key={kind} label={chord === null ? label : `${label} (${chordText(chord)})`}>
            <ActionIcon
              variant={active.has(kind) ? "light" : "subtle"}
              color={active.has(kind) ? "blue" : "gray"}
              size={30}
              aria-label={label}
              aria-pressed={active.has(kind)}
              data-kind={kind}
              tabIndex={index === at ? 0 : -1}
              // The field keeps its selection.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => onToggle(kind)}
            >
              <Icon size={16} />
            </ActionIcon>
          </Tip>
        );
      })}
      {onLink !== undefined && <MailStyles active={active} onToggle={onToggle} onLink={onLink} />}
    </div>
  );
}
