import { takesBack } from '../../alerts/naming.ts';
import { asPlainAlert } from '../../alerts/notification.ts';
import type { Alert } from '../../alerts/schema.ts';
import { asSent, isAnnounced } from '../../alerts/silent.ts';
import type { Reason } from './reason.ts';
import type { Abilities } from './service.ts';
import type { Trail } from './trail.ts';

/**
 * The next step towards what should stand in an outlet.
 *
 *     nothing stands ──── post (as a plain alert) ──► a post
 *     a post, editable ── edit ─────────────────────► the same post with the newest text
 *     a post, not so ──── post an update in its thread; a correction or retraction beside it, and remove what is wrong
 *
 * `post`: `replaces` are removed afterwards. `edit`: all posts; `andPost`: then say it once more, because a post that nobody
 * can change may stand there.
 */
export type Step =
  | { readonly type: 'nothing'; readonly reason?: Reason }
  | { readonly type: 'over'; readonly reason: Reason }
  | {
      readonly type: 'post';
      readonly alert: Alert;
      readonly thread: readonly string[];
      readonly replaces: readonly string[];
    }
  | { readonly type: 'edit'; readonly alert: Alert; readonly andPost: boolean };

export interface Situation {
  readonly trail: Trail;
  /** The version that the outlet is to be told of. */
  readonly wanted: Alert;
  /** The newest version that readers may see: what stands must never be older. */
  readonly newest: Alert;
  readonly can: Abilities;
  /** Every public version after the one that stands, oldest first; the newest is the last. */
  readonly missed: readonly Alert[];
  /** Whether the outlet posts alerts like the newest version. */
  readonly isWanted: boolean;
  readonly nowMs: number;
}

export function nextStep(situation: Situation): Step {
  const { trail, wanted, newest } = situation;
  if (trail.version >= newest.version) {
    return { type: 'nothing', ...(wanted.version < newest.version ? { reason: 'superseded' } : {}) };
  }
  if (newest.status === 'aborted') return { type: 'nothing', reason: 'aborted' };
  if (trail.posts.length > 0) return stepWithPosts(situation);
  const mayStand = trail.isLoose || trail.trying !== null;
  return mayStand && takesBack(newest.change) ? postBeside(situation) : firstStep(situation);
}

/**
 * The newest version as it is said where an earlier one stands. If it took the place of a correction that was never told, it
 * is that correction: otherwise nobody who saw what was wrong would be told so.
 */
function saidOf({ newest, missed }: Situation): Alert {
  const alert = asSent(newest);
  const correction = missed.findLast(({ change, silent }) => change === 'correction' && silent !== true);
  return alert.change !== 'update' || correction === undefined
    ? alert
    : { ...alert, change: 'correction', note: alert.note ?? correction.note };
}

function firstStep({ wanted, newest, isWanted, nowMs }: Situation): Step {
  // A silent version says nothing new; the version before it has its own job, which finds the newest text.
  if (newest.change === 'retraction' || wanted.silent === true) return { type: 'nothing', reason: 'unsaid' };
  if (!isWanted) return { type: 'nothing', reason: 'unwanted' };
  if (Date.parse(newest.expiresAt) <= nowMs) return { type: 'over', reason: 'expired' };
  return { type: 'post', alert: asPlainAlert(asSent(newest)), thread: [], replaces: [] };
}

function stepWithPosts(situation: Situation): Step {
  const { trail, newest, can } = situation;
  const isNews = isAnnounced(newest, trail.version);
  const alert = saidOf(situation);
  if (can.edit) {
    return { type: 'edit', alert, andPost: trail.isLoose && isNews && takesBack(alert.change) };
  }
  if (!isNews) return { type: 'nothing', reason: 'unsaid' };
  return takesBack(alert.change)
    ? postBeside(situation)
    : { type: 'post', alert, thread: trail.posts, replaces: [] };
}

/** Where posts are removed, an answer to one of them would lead nowhere. */
function postBeside(situation: Situation): Step {
  const { trail, can } = situation;
  const alert = saidOf(situation);
  return can.remove && !can.edit
    ? { type: 'post', alert, thread: [], replaces: trail.posts }
    : { type: 'post', alert, thread: trail.posts, replaces: [] };
}
