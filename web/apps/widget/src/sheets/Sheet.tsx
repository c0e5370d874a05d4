import { h, keepFocus, useEffect, useRef } from "../kit";
import type { Child } from "../view/view";

/** A question at the foot of the panel; gives the focus back to where it was. */
export function Sheet(props: { label: string; onClose: () => void; children?: Child }) {
  const sheet = useRef<HTMLDivElement | null>(null);
  useEffect(() => {
    const before = (sheet.current?.getRootNode() as ShadowRoot).activeElement;
    sheet.current?.querySelector<HTMLElement>("input,button")?.focus();
    return () => (before as HTMLElement | null)?.focus();
  }, []);
  return (
    <div class="shade" onclick={(event) => event.target === event.currentTarget && props.onClose()}>
      <div
        class="sheet"
        role="alertdialog"
        aria-modal="true"
        aria-labelledby="sheet"
        ref={sheet}
        onkeydown={(event) => {
          if (event.key !== "Tab") return;
          keepFocus(event, sheet.current);
          event.stopPropagation();
        }}
      >
        <h3 id="sheet">{props.label}</h3>
        {props.children}
      </div>
    </div>
  );
}
