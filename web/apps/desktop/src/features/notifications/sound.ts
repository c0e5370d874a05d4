/** The two sounds, made of plain tones: a rising chord for requests, one soft note for messages. */
let context: AudioContext | null = null;

function tone(frequency: number, at: number, length: number, volume: number): void {
  if (context === null) return;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = frequency;
  const start = context.currentTime + at;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(volume, start + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}

export function play(sound: "offer" | "message", volume: number): void {
  if (volume <= 0 || !("AudioContext" in window)) return;
  // Browsers keep sound off until the first click or key.
  if (navigator.userActivation?.hasBeenActive === false) return;
  context ??= new AudioContext();
  if (context.state === "suspended") void context.resume();
  if (sound === "offer") {
    tone(659, 0, 0.3, volume * 0.35);
    tone(831, 0.14, 0.3, volume * 0.35);
    tone(988, 0.28, 0.5, volume * 0.35);
  } else {
    tone(523, 0, 0.35, volume * 0.22);
  }
}
