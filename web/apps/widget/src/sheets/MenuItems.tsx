import { h } from "../kit";
import type { Site } from "../protocol/frames";
import type { Say } from "../texts/say";

interface Props {
  site: Site;
  say: Say;
  muted: boolean;
  onMute: (muted: boolean) => void;
  onTranscript: () => void;
  /** One was chosen: the menu closes, and the focus goes back. */
  onChosen: () => void;
  /** The focus goes elsewhere. */
  onLeave: (event: { relatedTarget: EventTarget | null }) => void;
}

/** What the header's menu offers. */
export function MenuItems(props: Props) {
  const { site, say, muted } = props;
  const item = (text: string, act: () => void) => (
    <button
      type="button"
      onclick={() => {
        props.onChosen();
        act();
      }}
      onblur={props.onLeave}
    >
      {text}
    </button>
  );
  return (
    <div class="menu">
      {item(say(muted ? "soundOn" : "soundOff"), () => props.onMute(!muted))}
      {site.transcript && item(say("transcript"), props.onTranscript)}
    </div>
  );
}
