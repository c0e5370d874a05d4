import { initials } from "./people.ts";
import classes from "./Avatar.module.css";

const HUES = 7;

/** Initials on a quiet colour that stays the same for the same name. */
export function Avatar({ name, size = 32, text }: { name: string; size?: number; text?: string }) {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return (
    <span className={classes.avatar} data-hue={sum % HUES} style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden>
      {text ?? initials(name)}
    </span>
  );
}
