/** A write that no replica confirmed in time. */
export class NotReplicatedError extends Error {
  override readonly name = 'NotReplicatedError';
}
