import { isAtLeast, type Role } from '../editors/schema.ts';
import { WAITING_STATUSES, type AlertStatus } from './schema.ts';

/*
 *              submit, approve, release: each as far as the rules and `sendAt` let it
 *              ┌────────────────────┬──────────────────────┐
 *              │                    │                      ▼
 *  draft ──► awaiting-approval ──► scheduled ──────────► sending ── finish ──► sent
 *    ▲          │                                          │ │                  │
 *    └─ reject ─┘                                          │ └─ abort ► aborted │
 *                                                          │           │        │
 *    a later version is published: superseded, or retracted by a retraction
 *
 *  cancel leads from draft, awaiting-approval and scheduled to cancelled. withdraw takes an approval back: what was
 *  scheduled by it waits for approval again.
 *
 * `draft`, `awaiting-approval`, `scheduled`, `cancelled`: no reader sees the version. The others are public. What is
 * superseded, aborted or retracted is sent to nobody from that moment on; `sent` means that no delivery is pending.
 */

/** Actions on an alert's newest version. The system releases a due version, and finishes one without pending deliveries. */
export const ACTIONS = [
  'edit',
  'submit',
  'approve',
  'reject',
  'withdraw',
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
 * The actors that may do it. `author`: each editor. `owner`: the editor who created the alert, and every approver and admin.
 * `approver`: approvers and admins. `second`: these, but not for what they wrote. `system`: no editor.
 */
type Who = 'author' | 'owner' | 'approver' | 'second' | 'system';

interface Rule {
  readonly who: Who;
  readonly from: readonly AlertStatus[];
  /** What the version may become; of a change, the version that it adds. */
  readonly to: readonly AlertStatus[];
}

/** Where a version goes that may leave now (a retraction is `retracted`), later, or once a second editor has agreed. */
const ONWARD: readonly AlertStatus[] = ['sending', 'retracted', 'scheduled', 'awaiting-approval'];
/** Statuses of versions that readers may have, and that a later version may follow. */
const CHANGEABLE: readonly AlertStatus[] = ['sending', 'sent', 'aborted'];

/** The one table of actions: from which status, by which actor. */
export const LIFE_CYCLE: Readonly<Record<Action, Rule>> = {
  edit: { who: 'owner', from: WAITING_STATUSES, to: WAITING_STATUSES },
  submit: { who: 'owner', from: ['draft', 'scheduled'], to: ONWARD },
  approve: { who: 'second', from: ['awaiting-approval'], to: ONWARD },
  reject: { who: 'approver', from: ['awaiting-approval'], to: ['draft'] },
  withdraw: { who: 'approver', from: ['scheduled'], to: ['awaiting-approval'] },
  cancel: { who: 'owner', from: WAITING_STATUSES, to: ['cancelled'] },
  release: { who: 'system', from: ['scheduled'], to: ['sending', 'retracted'] },
  abort: { who: 'owner', from: ['sending'], to: ['aborted'] },
  update: { who: 'author', from: CHANGEABLE, to: ONWARD },
  correction: { who: 'author', from: CHANGEABLE, to: ONWARD },
  retraction: { who: 'owner', from: CHANGEABLE, to: ['retracted'] },
  finish: { who: 'system', from: ['sending'], to: ['sent'] },
};

/** An editor, or the system itself. */
export type Actor = { readonly id: string; readonly role: Role } | 'system';

/** Why an action is refused. `own-approval`: an editor cannot be the second person for their own version. */
export type ActionRefusal = 'wrong-status' | 'forbidden' | 'own-approval';

/**
 * Whether `actor` may do `action` now: for the API, the desk, the schedule and intake alike.
 * @param alert.author id of the editor who created the alert
 * @param alert.createdBy id of the editor who wrote the version, or edited it last
 * @returns why not; undefined: it may be done
 */
export function refusalOf(
  action: Action,
  alert: { readonly status: AlertStatus; readonly author: string; readonly createdBy: string },
  actor: Actor,
): ActionRefusal | undefined {
  const { who, from } = LIFE_CYCLE[action];
  const refused = refusedTo(who, alert, actor);
  if (refused !== undefined) return refused;
  return from.includes(alert.status) ? undefined : 'wrong-status';
}

function refusedTo(
  who: Who,
  { author, createdBy }: { readonly author: string; readonly createdBy: string },
  actor: Actor,
): ActionRefusal | undefined {
  if (actor === 'system' || who === 'author') return undefined;
  if (who === 'owner' && actor.id === author) return undefined;
  if (who === 'system' || !isAtLeast(actor.role, 'approver')) return 'forbidden';
  return who === 'second' && [author, createdBy].includes(actor.id) ? 'own-approval' : undefined;
}
