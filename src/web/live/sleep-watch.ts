import type { Surroundings } from './surroundings.ts';

const WATCH_MS = 20_000;
/** Browsers run the timers of a hidden page once a minute. A longer gap means that the device or the page slept. */
const SLEPT_MS = 150_000;

/** Looks every 20 s. @param look `slept`: whether the device or the page slept since the last look @returns the end of it */
export function watchSleep(
  { now, after }: Pick<Surroundings, 'now' | 'after'>,
  look: (slept: boolean) => void,
): () => void {
  let cancel = (): void => undefined;
  function watch(lastMs: number): void {
    const nowMs = now();
    cancel = after(WATCH_MS, () => watch(nowMs));
    look(nowMs - lastMs >= SLEPT_MS);
  }
  watch(now());
  return () => cancel();
}
