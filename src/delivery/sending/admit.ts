import type { Alert } from '../../alerts/schema.ts';
import type { Wishes } from '../../audience/record.ts';
import type { QuietHours } from '../../audience/schema.ts';
import { createWallClocks } from './wall-clocks.ts';

/**
 * Whether a delivery leaves now. What is held stays unsent: that is its outcome, with the reason. `count`: it leaves if the
 * reader has had fewer than `cap` alerts on this date (daily-caps.ts).
 */
export type Admission =
  | { readonly type: 'send' }
  | { readonly type: 'hold'; readonly reason: 'quiet' }
  | { readonly type: 'count'; readonly cap: number; readonly date: string };

const SEND: Admission = { type: 'send' };
/** The day of a reader whose time zone is not known. */
const ZONE = 'UTC';
const clocks = createWallClocks();

/**
 * What the reader's own rules say of a delivery, each time before it is sent: a function of the record, the version and
 * the time, and of nothing else. A reader who was removed, or is not in the audience, does not come here.
 *
 * Quiet hours and the daily cap hold urgent and normal alerts. A flash passes, unless the reader wants none in quiet hours. If the
 * device has the text that a correction or a retraction takes back, that passes too.
 * @param wishes undefined: the reader has none
 * @param holds the device has, or may have, an earlier version
 */
export function admit(
  wishes: Wishes | undefined,
  { urgency, change }: Pick<Alert, 'urgency' | 'change'>,
  holds: boolean,
  nowMs: number,
): Admission {
  if (wishes === undefined) return SEND;
  if (holds && (change === 'correction' || change === 'retraction')) return SEND;
  const { quietHours, dailyCap } = wishes;
  const isHeldThen = urgency !== 'flash' || quietHours?.flash === false;
  if (quietHours !== undefined && isHeldThen && isQuiet(quietHours, nowMs)) {
    return { type: 'hold', reason: 'quiet' };
  }
  if (dailyCap === undefined || urgency === 'flash') return SEND;
  return { type: 'count', cap: dailyCap, date: clocks.in(quietHours?.timeZone ?? ZONE, nowMs).date };
}

/**
 * Whether it is night for the reader: from `start` until before `end` by the reader's own clock, whatever daylight saving
 * does to it. The hours may go across midnight; if they end when they start, there are none.
 */
function isQuiet({ start, end, timeZone }: QuietHours, nowMs: number): boolean {
  const { time } = clocks.in(timeZone, nowMs);
  return start <= end ? start <= time && time < end : time >= start || time < end;
}
