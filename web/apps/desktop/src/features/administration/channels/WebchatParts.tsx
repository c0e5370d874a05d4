import { Trans, useLingui } from "@lingui/react/macro";
import { MessageCircle, X } from "lucide-react";
import { useState } from "react";
import type { Spec, Value } from "../types.ts";
import { CopyField } from "../Copy.tsx";
import admin from "../Admin.module.css";
import classes from "./Channels.module.css";

/** The line that shows the chat on a website. */
export function Snippet({ siteKey }: { siteKey: string }) {
  const { t } = useLingui();
  const code = `<script src="${location.origin}/widget.js" data-site="${siteKey}" async></script>`;
  return (
    <section className={admin.card} aria-label={t`On your website`}>
      <h3>
        <Trans>On your website</Trans>
      </h3>
      <p className={admin.dialogText}>
        <Trans>Copy this line into every page that is to have the chat, just before the closing body tag.</Trans>
      </p>
      <CopyField label={t`Snippet`} value={code} long />
    </section>
  );
}

/** The launcher and the opened chat, as the website will show them. */
export function LookPreview({ webchat, company }: { webchat: Spec; company: string }) {
  const { t } = useLingui();
  const [open, setOpen] = useState(true);
  const theme = (webchat["theme"] ?? {}) as Spec;
  const color = /^#[0-9a-f]{6}$/i.test(text(theme["color"])) ? text(theme["color"]) : "#1864ab";
  const ink = light(color) ? "#111111" : "#ffffff";
  return (
    <figure className={classes.preview} data-side={theme["position"] === "left" ? "left" : "right"} data-dark={theme["dark"] === "dark"} aria-label={t`Preview`}>
      {open && (
        <div className={classes.panel}>
          <div className={classes.panelHead} style={{ background: color, color: ink }}>
            {company}
          </div>
          <p className={classes.bubble}>{text(webchat["greeting"])}</p>
        </div>
      )}
      <button type="button" className={classes.launcher} style={{ background: color, color: ink }} aria-label={open ? t`Close the preview's chat` : t`Open the preview's chat`} onClick={() => setOpen(!open)}>
        {open ? <X size={22} aria-hidden /> : <MessageCircle size={22} aria-hidden />}
      </button>
    </figure>
  );
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

/** Whether dark letters are read better on a colour (relative luminance, WCAG). */
function light(color: string): boolean {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue! > 0.36;
}
