/** Thrown when this process must not run with what it found, and a restart does not change that: the message says what to do. */
export class UnfitError extends Error {
  override readonly name: string = 'UnfitError';
}
