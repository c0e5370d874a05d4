import { h } from "./view/view";

/** Outlines upon a 24 × 24 grid. */
const PATHS = {
  send: "M5 12 3.5 4.5 21 12 3.5 19.5zm0 0h7",
  clip: "m20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.3 3.3 0 0 1 4.7 4.7L9.3 17.1a1.7 1.7 0 0 1-2.4-2.4L14.5 7",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M8.5 14.5a4.3 4.3 0 0 0 7 0M9 9.5v.1M15 9.5v.1",
  down: "m6 9 6 6 6-6",
  more: "M5 12h.1M12 12h.1M19 12h.1",
  cross: "M6 6l12 12M18 6 6 18",
  file: "M14 3H6v18h12V7zm0 0v4h4",
};

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
