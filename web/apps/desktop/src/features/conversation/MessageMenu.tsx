import { useLingui } from "@lingui/react/macro";
import type { Message } from "@rapport/api-client";
import { Copy, CornerUpLeft, Ellipsis, Info, type LucideIcon } from "lucide-react";
import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useDesk } from "../../shared/desk.ts";
import { centre } from "../notifications/centre.ts";
import classes from "./MessageMenu.module.css";

export interface MenuEntry {
  label: string;
  icon: LucideIcon;
  run: () => void;
}

/** What can be done with one message; one stop of the Tab key, whatever the number of entries. */
export function MessageMenu({ message, canReply, more = [] }: { message: Message; canReply: boolean; more?: readonly MenuEntry[] }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const gone = message.content?.deleted_at != null;
  const entries: MenuEntry[] = [];
  if (canReply && !gone) {
    entries.push({
      label: t`Reply`,
      icon: CornerUpLeft,
      run: () => {
        desk.ui.reply(message.conversation_id, message.seq);
        document.getElementById("composer")?.focus();
      },
    });
  }
  if (message.text !== "") {
    entries.push({
      label: t`Copy`,
      icon: Copy,
      run: () => void navigator.clipboard.writeText(message.text).then(() => centre.say(t`Copied`)),
    });
  }
  entries.push(...more);
  entries.push({ label: t`Details`, icon: Info, run: () => desk.ui.open({ name: "message", message }) });
  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={classes.button}
        aria-label={t`Message actions`}
        title={t`Message actions`}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Ellipsis size={16} />
      </button>
      {open && <Entries entries={entries} button={button.current} onClose={close} />}
    </>
  );
}

function Entries({ entries, button, onClose }: { entries: readonly MenuEntry[]; button: HTMLElement | null; onClose: (refocus: boolean) => void }) {
  const { t } = useLingui();
  const menu = useRef<HTMLDivElement>(null);
  const latest = useRef(onClose);
  latest.current = onClose;

  useEffect(() => {
    const box = menu.current;
    if (box === null || button === null) return;
    // The browser's top layer: nothing clips it, and no row of the thread lies over it.
    box.showPopover?.();
    const anchor = button.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const below = anchor.bottom + 4 + height < window.innerHeight;
    box.style.top = `${below ? anchor.bottom + 4 : anchor.top - 4 - height}px`;
    box.style.left = `${Math.max(8, Math.min(anchor.left, window.innerWidth - width - 8))}px`;
    box.querySelector("button")?.focus();
    const outside = (event: Event) => {
      const target = event.target as Node;
      if (!box.contains(target) && !button.contains(target)) latest.current(false);
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("wheel", outside, { passive: true });
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("wheel", outside);
    };
  }, [button]);

  const walk = (event: KeyboardEvent) => {
    const buttons = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to !== undefined) buttons[(to + buttons.length) % buttons.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") onClose(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={menu} popover="manual" role="menu" aria-label={t`Message actions`} className={classes.menu} onKeyDown={walk}>
      {entries.map(({ label, icon: Icon, run }) => (
        <button
          key={label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          onClick={() => {
            onClose(true);
            run();
          }}
        >
          <Icon size={15} aria-hidden />
          {label}
        </button>
      ))}
    </div>
  );
}
