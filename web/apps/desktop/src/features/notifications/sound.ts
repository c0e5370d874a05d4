export type SoundKind = "offer" | "message" | "outcome" | "warning";
export const SOUND_KINDS: readonly SoundKind[] = ["offer", "message", "outcome", "warning"];

interface Tone {
  frequency: number;
  /** Seconds from the beginning. */
  at: number;
  length: number;
  /** Its share of the volume. */
  loud: number;
}

/** Plain tones, told apart without looking: a rising chord, one soft note, two rising, two low ones. */
const SOUNDS: Record<SoundKind, readonly Tone[]> = {
  offer: [
    { frequency: 659, at: 0, length: 0.3, loud: 0.35 },
    { frequency: 831, at: 0.14, length: 0.3, loud: 0.35 },
    { frequency: 988, at: 0.28, length: 0.5, loud: 0.35 },
  ],
  message: [{ frequency: 523, at: 0, length: 0.35, loud: 0.22 }],
  outcome: [
    { frequency: 587, at: 0, length: 0.2, loud: 0.24 },
    { frequency: 784, at: 0.16, length: 0.35, loud: 0.24 },
  ],
  warning: [
    { frequency: 311, at: 0, length: 0.28, loud: 0.4 },
    { frequency: 311, at: 0.34, length: 0.4, loud: 0.4 },
  ],
};

let context: AudioContext | null = null;

function sing(context: AudioContext, { frequency, at, length, loud }: Tone, volume: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = frequency;
  const start = context.currentTime + at;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume * loud, start + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}

export function play(sound: SoundKind, volume: number): void {
  if (volume <= 0 || !("AudioContext" in window)) return;
  // Browsers keep sound off until the first click or key.
  if (navigator.userActivation?.hasBeenActive === false) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  for (const tone of SOUNDS[sound]) sing(context, tone, volume);
}
