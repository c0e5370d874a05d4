import { useStore } from "../../shared/store.ts";
import { centre } from "./centre.ts";

/** Tells screen readers about new requests and messages, politely. */
export function LiveRegion() {
  const spoken = useStore(centre.spoken, (value) => value);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      <span key={spoken.id}>{spoken.text}</span>
    </div>
  );
}
