/** Waiting time before attempt `n` (from 0): doubling up to a ceiling, with jitter so that desks don't return in step. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(15_000, 500 * 2 ** attempt);
  return ceiling / 2 + (ceiling / 2) * random();
}
