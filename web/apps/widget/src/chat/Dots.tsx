import { h } from "../kit";

/** Somebody is typing, or will come: for the eye only, words stand beside it. */
export function Dots() {
  return (
    <span class="dots" aria-hidden="true">
      <i />
      <i />
      <i />
    </span>
  );
}
