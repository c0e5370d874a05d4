import { h } from "../kit";
import type { ChatClient } from "../protocol/client";
import type { Say } from "../texts/say";
import { Sheet } from "./Sheet";

interface Props {
  client: ChatClient;
  say: Say;
  onClose: () => void;
}

/** Asks before a chat is ended. */
export function EndQuestion({ client, say, onClose }: Props) {
  return (
    <Sheet label={say("endQuestion")} onClose={onClose}>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          onclick={() => {
            client.end();
            onClose();
          }}
        >
          {say("end")}
        </button>
        <button type="button" class="secondary" onclick={onClose}>
          {say("keep")}
        </button>
      </div>
    </Sheet>
  );
}
