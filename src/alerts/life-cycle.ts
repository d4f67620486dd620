import { isAtLeast, type Role } from '../editors/schema.ts';
import type { AlertStatus } from './schema.ts';

/*
 *                       submit / approve / release
 *              ┌────────────────────┬──────────────────────┐
 *              │                    │                      ▼
 *  draft ──► awaiting-approval ──► scheduled ──────────► sending ──► sent
 *    ▲          │    │                │                    │          │
 *    └─ reject ─┘    └──── cancel ────┴─► cancelled        ├─ abort ──┼─► aborted
 *                                                          │          │
 *                    a later version is published: superseded, or retracted by a retraction
 *
 * `draft`, `awaiting-approval`, `scheduled`, `cancelled`: no reader sees the version. The others are public. What is
 * superseded, aborted or retracted is sent to nobody from that moment on; `sent` means that no delivery is pending.
 */

/** What is done to an alert's newest version. The system releases what is due, and finishes what has no delivery pending. */
export const ACTIONS = [
  'edit',
  'submit',
  'approve',
  'reject',
  'cancel',
  'release',
  'abort',
  'update',
  'correction',
  'retraction',
  'finish',
] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * Who may do it. `author`: each editor. `owner`: the editor who created the alert, and every approver and admin.
 * `approver`: approvers and admins. `second`: these, but not for an alert of their own. `system`: no editor.
 */
type Who = 'author' | 'owner' | 'approver' | 'second' | 'system';

interface Rule {
  readonly who: Who;
  readonly from: readonly AlertStatus[];
  /** What the version may become; of a change, the version that it adds. */
  readonly to: readonly AlertStatus[];
}

/** Versions that are not public yet. */
const WAITING: readonly AlertStatus[] = ['draft', 'awaiting-approval', 'scheduled'];
/** Where a version goes that may leave now, later, or once a second editor has agreed. */
const ONWARD: readonly AlertStatus[] = ['sending', 'scheduled', 'awaiting-approval'];
/** What readers may have, and may be told more of. */
const CHANGEABLE: readonly AlertStatus[] = ['sending', 'sent', 'aborted'];

/** The one table of what may be done from which status, by whom. */
export const LIFE_CYCLE: Readonly<Record<Action, Rule>> = {
  edit: { who: 'owner', from: WAITING, to: WAITING },
  submit: { who: 'owner', from: ['draft'], to: ONWARD },
  approve: { who: 'second', from: ['awaiting-approval'], to: ['sending', 'scheduled'] },
  reject: { who: 'approver', from: ['awaiting-approval'], to: ['draft'] },
  cancel: { who: 'owner', from: WAITING, to: ['cancelled'] },
  release: { who: 'system', from: ['scheduled'], to: ['sending'] },
  abort: { who: 'owner', from: ['sending'], to: ['aborted'] },
  update: { who: 'author', from: CHANGEABLE, to: ['sending'] },
  correction: { who: 'author', from: CHANGEABLE, to: ['sending'] },
  retraction: { who: 'owner', from: CHANGEABLE, to: ['retracted'] },
  finish: { who: 'system', from: ['sending'], to: ['sent'] },
};

/** Who asks: an editor, or the system itself. */
export type Actor = { readonly id: string; readonly role: Role } | 'system';

/** Why an action is refused. `own-approval`: nobody is their own second person. */
export type ActionRefusal = 'wrong-status' | 'forbidden' | 'own-approval';

/**
 * Whether `actor` may do `action` now: for the API, the desk, the schedule and intake alike.
 * @param alert.author id of the editor who created the alert
 * @returns why not; undefined: it may be done
 */
export function refusalOf(
  action: Action,
  alert: { readonly status: AlertStatus; readonly author: string },
  actor: Actor,
): ActionRefusal | undefined {
  const { who, from } = LIFE_CYCLE[action];
  const refused = refusedTo(who, alert.author, actor);
  if (refused !== undefined) return refused;
  return from.includes(alert.status) ? undefined : 'wrong-status';
}

function refusedTo(who: Who, author: string, actor: Actor): ActionRefusal | undefined {
  if (actor === 'system' || who === 'author') return undefined;
  const isOwn = actor.id === author;
  if (who === 'owner' && isOwn) return undefined;
  if (who === 'system' || !isAtLeast(actor.role, 'approver')) return 'forbidden';
  return who === 'second' && isOwn ? 'own-approval' : undefined;
}
