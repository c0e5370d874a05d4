import { ActionIcon } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { Maximize2, Minimize2, Minus, Moon, Sun, Trash2, type LucideIcon } from "lucide-react";
import { Tip } from "../../shared/Tip.tsx";

export type Size = "docked" | "maximised" | "minimised";

interface Props {
  size: Size;
  onSize: (size: Size) => void;
  dark: boolean;
  onDark: (dark: boolean) => void;
  onDiscard: () => void;
}

/** The composer's own window: its size, light on dark, and throwing the draft away. */
export function WindowButtons({ size, onSize, dark, onDark, onDiscard }: Props) {
  const { t } = useLingui();
  return (
    <>
      <Tool label={t`Light on dark`} icon={dark ? Sun : Moon} pressed={dark} onClick={() => onDark(!dark)} />
      <Tool label={t`Minimise`} icon={Minus} pressed={size === "minimised"} onClick={() => onSize(size === "minimised" ? "docked" : "minimised")} />
      <Tool label={t`Maximise`} icon={size === "maximised" ? Minimize2 : Maximize2} pressed={size === "maximised"} onClick={() => onSize(size === "maximised" ? "docked" : "maximised")} />
      <Tool label={t`Discard the draft`} icon={Trash2} onClick={onDiscard} />
    </>
  );
}

function Tool({ label, icon: Icon, pressed, onClick }: { label: string; icon: LucideIcon; pressed?: boolean; onClick: () => void }) {
  return (
    <Tip label={label}>
      <ActionIcon variant={pressed === true ? "light" : "subtle"} color="gray" size={28} aria-label={label} {...(pressed === undefined ? {} : { "aria-pressed": pressed })} onClick={onClick}>
        <Icon size={16} />
      </ActionIcon>
    </Tip>
  );
}
