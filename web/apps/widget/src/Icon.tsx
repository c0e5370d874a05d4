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
