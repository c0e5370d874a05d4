import { provide } from "../host";

let audio: AudioContext | null = null;

/** Two soft notes; nothing where the browser has no sound or does not allow it yet. */
export function chime(): void {
  // Before the visitor's first touch of the page the browser would refuse, and complain.
  if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
  try {
    const context = (audio ??= new AudioContext());
    void context.resume();
    [660, 880].forEach((pitch, i) => {
      const at = context.currentTime + i * 0.12;
      const tone = context.createOscillator();
      const volume = context.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.12, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.25);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.25);
    });
  } catch {
    // No audio device: the badge is enough.
  }
}

provide({ chime });
