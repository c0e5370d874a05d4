const STOPS = "button:not(:disabled),input:not([hidden]),select,textarea,a[href],[tabindex='0']";

/** Keeps Tab within an element, from its last stop to its first and back. */
export function keepFocus(event: KeyboardEvent, within: HTMLElement | null): void {
  const stops = [...(within?.querySelectorAll<HTMLElement>(STOPS) ?? [])].filter(
    (stop) => stop.tabIndex >= 0,
  );
  const current = (within?.getRootNode() as ShadowRoot | undefined)?.activeElement;
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (current !== edge && current !== within) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
