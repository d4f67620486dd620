/**
 * Why a post is not what was wanted, or what is to be said of it. The desk has words for each (`words/<language>/outlets.ts`);
 * these are for the API and the log.
 */
export const REASONS = {
  unreachable: 'no connection to its server',
  'private-address': 'the name of its server resolves to no public address',
  'no-tls': 'its server offers no TLS with a valid certificate',
  silent: 'its server did not answer in time',
  busy: 'the service asks us to wait',
  broken: 'the service has a fault',
  odd: 'the server answered what this service does not answer: is its address right?',
  credentials: 'the service refuses the token or password: enter a valid one',
  rights: 'the account may not post there: give it the right',
  target: 'the service does not know the channel or the recipients',
  refused: 'the service does not take this post',
  gone: 'the post is not there any more: somebody deleted it at the service',
  uncertain: 'nobody knows whether it was posted: look, and tell it again if it is missing',
  off: 'the outlet is off, or was deleted',
  late: 'it is more than a day old',
  expired: 'the alert expired before it could be posted',
  aborted: 'an editor aborted the version',
  superseded: 'a later version was posted in its place',
  unwanted: 'the outlet does not want alerts like the newest version',
  unsaid: 'nothing to post: what it takes back or silently changes was never posted there',
  'maybe-twice': 'it may be there twice, because an earlier attempt had no answer: look, and delete one',
  'some-recipients': 'the server refused some of the recipients',
} as const;
export type Reason = keyof typeof REASONS;

/** Longest part of a service's own words that we keep. */
const MOST_DETAIL = 200;

/** A reason for the log of attempts. */
export interface SaidReason {
  /** In words, with the detail. */
  readonly reason: string;
  readonly code: Reason;
  /** What the service says itself. */
  readonly detail?: string;
}

/** @param detail what the service itself says; it never holds a secret of ours */
export function sayReason(code: Reason, detail = ''): SaidReason {
  // oxlint-disable-next-line no-control-regex -- what a stranger's server says goes to a log
  const clean = detail.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  if (clean === '') return { reason: REASONS[code], code };
  const short = clean.slice(0, MOST_DETAIL).toWellFormed();
  return { reason: `${REASONS[code]} (${short})`, code, detail: short };
}
