/** Thrown if this process must not run with what it found, and a restart does not help. The message says what to do. */
export class UnfitError extends Error {
  override readonly name: string = 'UnfitError';
}
