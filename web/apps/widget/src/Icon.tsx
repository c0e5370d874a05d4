import { h } from "./view/view";

export const DOWN = "m6 9 6 6 6-6";

/** An outline upon a grid of 24 × 24. */
export function Icon({ d }: { d: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

type ButtonProps = JSX.IntrinsicElements["button"] & { label: string; d: string };

/** A button that is an icon, with its name for everybody. */
export function IconButton({ label, d, ...rest }: ButtonProps) {
  return (
    <button type="button" class="icon" aria-label={label} title={label} {...rest}>
      <Icon d={d} />
    </button>
  );
}
