import { h } from "../kit";
import type { Site } from "../protocol/frames";
import type { Say } from "../texts/say";

interface Props {
  site: Site;
  say: Say;
  muted: boolean;
  onMute: () => void;
  onTranscript: () => void;
  /** The focus goes elsewhere. */
  onLeave: (event: { relatedTarget: EventTarget | null }) => void;
}

/** What the header's menu offers. */
export function MenuItems({ site, say, muted, onMute, onTranscript, onLeave }: Props) {
  return (
    <div class="menu">
      <button type="button" onclick={onMute} onblur={onLeave}>
        {say(muted ? "soundOn" : "soundOff")}
      </button>
      {site.transcript && (
        <button type="button" onclick={onTranscript} onblur={onLeave}>
          {say("transcript")}
        </button>
      )}
    </div>
  );
}
