import type { Alert } from '../../alerts/schema.ts';
import type { Wishes } from '../../audience/record.ts';
import { createWallClocks, isQuiet } from './quiet-hours.ts';

/** Whether a delivery leaves now. What is held stays unsent: that is its outcome, with the reason. */
export type Admission =
  { readonly type: 'send' } | { readonly type: 'hold'; readonly reason: 'quiet' | 'cap' };

const SEND: Admission = { type: 'send' };
const clocks = createWallClocks();

/**
 * What the reader's own rules say of a delivery, each time before it is sent: a function of the record, the version and
 * the time, and of nothing else. A reader who was removed, or is not in the audience, does not come here.
 *
 * Quiet hours hold what is urgent or normal; a flash passes, unless the reader wants none then. A correction or retraction
 * passes for a reader who has what it takes back.
 * @param wishes undefined: the reader has none
 * @param holds the device has, or may have, an earlier version
 */
export function admit(
  wishes: Wishes | undefined,
  { urgency, change }: Pick<Alert, 'urgency' | 'change'>,
  holds: boolean,
  nowMs: number,
): Admission {
  const quietHours = wishes?.quietHours;
  if (quietHours === undefined) return SEND;
  if (holds && (change === 'correction' || change === 'retraction')) return SEND;
  if (urgency === 'flash' && quietHours.flash !== false) return SEND;
  return isQuiet(quietHours, nowMs, clocks) ? { type: 'hold', reason: 'quiet' } : SEND;
}
