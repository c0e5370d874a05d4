import { Tooltip, type TooltipProps } from "@mantine/core";
import { cloneElement, useEffect, useRef, useState, type HTMLAttributes, type MouseEvent, type ReactElement } from "react";

const DELAY_MS = 350;

interface Props extends Pick<TooltipProps, "label" | "position"> {
  children: ReactElement<HTMLAttributes<HTMLElement>>;
}

/**
 * A tooltip that lives inside a landmark, where screen readers and audits expect all content.
 *
 * It is made when it is first needed: a conversation has thirty of them, and hardly one is ever shown.
 */
export function Tip({ label, position, children }: Props) {
  const [target, setTarget] = useState<HTMLElement | null>(null);
  const waiting = useRef(0);
  const hide = () => {
    clearTimeout(waiting.current);
    setTarget(null);
  };
  useEffect(() => () => clearTimeout(waiting.current), []);
  useEffect(() => {
    if (target === null) return;
    // A button that is disabled meanwhile never says that the pointer has left it.
    const over = (event: PointerEvent) => {
      if (!target.contains(event.target as Node)) setTarget(null);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape") setTarget(null);
    };
    document.addEventListener("pointerover", over);
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("pointerover", over);
      document.removeEventListener("keydown", escape, true);
    };
  }, [target]);
  const { onMouseEnter, onMouseLeave, onMouseDown } = children.props;
  return (
    <>
      {cloneElement(children, {
        onMouseEnter: (event: MouseEvent<HTMLElement>) => {
          onMouseEnter?.(event);
          const element = event.currentTarget;
          clearTimeout(waiting.current);
          waiting.current = window.setTimeout(() => setTarget(element), DELAY_MS);
        },
        onMouseLeave: (event: MouseEvent<HTMLElement>) => {
          onMouseLeave?.(event);
          hide();
        },
        onMouseDown: (event: MouseEvent<HTMLElement>) => {
          onMouseDown?.(event);
          hide();
        },
      })}
      {target !== null && <Tooltip opened withArrow target={target} label={label} {...(position === undefined ? {} : { position })} portalProps={{ target: "#tips" }} />}
    </>
  );
}
