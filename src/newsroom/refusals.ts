import { refusalOf, type Action, type Actor } from '../alerts/life-cycle.ts';
import type { AlertStatus, EditorAlert } from '../alerts/schema.ts';
import type { Duplicate } from '../alerts/store.ts';
import { Problem } from '../http/problem.ts';

export const notFound = (): Problem => new Problem('not-found', 'No alert has this id.');

/** Asks the table of the life cycle. @throws {Problem} 403, or 409 for a status that does not allow the action */
export function refuseUnlessAllowed(
  action: Action,
  alert: Pick<EditorAlert, 'status' | 'author' | 'createdBy'>,
  actor: Actor,
): void {
  switch (refusalOf(action, alert, actor)) {
    case 'forbidden':
      throw new Problem('forbidden', FORBIDDEN[action] ?? FORBIDDEN.edit);
    case 'own-approval':
      throw new Problem(
        'own-approval',
        'Ask another approver, or give the reason in "bypass": all approvers will see it.',
      );
    case 'wrong-status':
      throw wrongStatus(action, alert.status);
    case undefined:
  }
}

const FORBIDDEN: Partial<Record<Action, string>> & { readonly edit: string } = {
  edit: 'Only the editor who created the alert, an approver or an admin may do this.',
  approve: 'Only an approver or an admin may do this.',
  reject: 'Only an approver or an admin may do this.',
  withdraw: 'Only an approver or an admin may do this.',
};

export function wrongStatus(action: Action, status: AlertStatus): Problem {
  return new Problem('wrong-status', `${WRONG_STATUS[action]} Its status is ${status}.`, {
    extension: { alertStatus: status },
  });
}

const WRONG_STATUS: Readonly<Record<Action, string>> = {
  edit: 'The alert cannot be edited any more: add a version.',
  submit: 'Only a draft or a scheduled alert can be submitted.',
  approve: 'The alert does not wait for approval.',
  reject: 'The alert does not wait for approval.',
  withdraw: 'Nobody has approved the alert, or it has left.',
  cancel: 'The alert cannot be cancelled any more.',
  release: 'The alert is not scheduled.',
  abort: 'The alert is not being sent.',
  update: 'The alert takes no further version.',
  correction: 'The alert takes no further version.',
  retraction: 'The alert takes no further version.',
  finish: 'The alert is not being sent.',
};

export function duplicate({ id, shares }: Duplicate): Problem {
  const what = shares === 'headline' ? 'has the same headline' : 'leads to the same article';
  return new Problem(
    'duplicate-alert',
    `Alert ${id} ${what}. Update it, or send this one all the same with "allowDuplicate": true.`,
    { extension: { alertId: id, shares } },
  );
}

/** The alert has changed since the editor read it. */
export const changedMeanwhile = (): Problem =>
  new Problem('precondition-failed', 'The alert was changed meanwhile: read it again, then decide.');
