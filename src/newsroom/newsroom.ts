import { newAlertId } from '../alerts/id.ts';
import { refusalOf, type Action } from '../alerts/life-cycle.ts';
import { firstVersion, nextVersion } from '../alerts/next-version.ts';
import {
  toPublicAlert,
  type AlertStatus,
  type EditorAlert,
  type NewAlert,
  type NewVersion,
} from '../alerts/schema.ts';
import { MAX_VERSIONS, type AlertStore, type CreateResult, type IdempotencyClaim } from '../alerts/store.ts';
import type { FanOutQueue } from '../delivery/queues.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem } from '../http/problem.ts';
import type { LiveLog } from '../live/log/log.ts';
import type { AlertRules } from './rules.ts';

/**
 * What may be done with alerts, by its rules: the one way for the API, and whatever else takes alerts in. Each action is
 * audited, and takes effect whole or not at all. Each throws a {@link Problem} where a rule refuses it.
 */
export interface Newsroom {
  /** @param claim makes a repetition harmless: it is answered as the first time */
  create(input: NewAlert, editor: Editor, claim?: IdempotencyClaim): Promise<CreateResult>;
  addVersion(id: string, input: NewVersion, editor: Editor, claim?: IdempotencyClaim): Promise<CreateResult>;
  /** Stops what is being sent. @returns the alert as it is then */
  abort(id: string, editor: Editor): Promise<EditorAlert>;
}

export interface NewsroomDeps {
  readonly alerts: AlertStore;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly rules: AlertRules;
  readonly liveLog: Pick<LiveLog, 'append'>;
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  /** What readers may see has changed. */
  readonly onChange: () => void;
  readonly onFanOutFailure: (error: unknown, alertId: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createNewsroom(deps: NewsroomDeps): Newsroom {
  const { alerts, audit, rules, now } = deps;

  /** @throws {Problem} 404 */
  async function find(id: string): Promise<EditorAlert> {
    const alert = await alerts.get(id);
    if (alert === undefined) throw new Problem('not-found', 'No alert has this id.');
    return alert;
  }

  /**
   * Open pages get it now, not once a worker has been woken: the log takes a version once, so the worker's own append is
   * then harmless. The answer does not wait: the version is stored with its outbox entry, from which housekeeping finishes
   * what fails here.
   */
  function startFanOut(alert: EditorAlert): void {
    deps.onChange();
    Promise.all([
      deps.liveLog.append(toPublicAlert(alert)),
      deps.fanOutQueue.add({ alertId: alert.id, version: alert.version, urgency: alert.urgency }),
    ]).catch((error: unknown) => deps.onFanOutFailure(error, alert.id));
  }

  return {
    create: async (input, editor, claim) => {
      const repeated = claim && (await alerts.findRepeated(claim));
      if (repeated !== undefined) return repeated;
      await rules.checkNew(input, editor);
      const alert = firstVersion(newAlertId(now()), input, editor.id, now());
      rules.checkSize(alert);
      const allowDuplicate = input.allowDuplicate ?? false;
      const action = allowDuplicate ? 'alert.create-allowing-duplicate' : 'alert.create';
      const result = await audit.commit({ editorId: editor.id, action, target: alert.id }, (link) =>
        alerts.create(alert, { claim, link, allowDuplicate }),
      );
      if (result.type === 'created') startFanOut(alert);
      return result;
    },

    addVersion: async (id, input, editor, claim) => {
      const repeated = claim && (await alerts.findRepeated(claim));
      if (repeated !== undefined) return repeated;
      rules.checkApproval(editor);
      rules.checkChange(input);
      for (;;) {
        const last = await find(id);
        checkBase(input, last);
        refuseUnlessAllowed(input.change, last, editor);
        if (last.version >= MAX_VERSIONS && input.change !== 'retraction') {
          throw new Problem(
            'wrong-status',
            `An alert can have at most ${MAX_VERSIONS} versions and a retraction: write a new alert.`,
          );
        }
        const alert = nextVersion(last, input, editor.id, now());
        rules.checkSize(alert);
        const entry = {
          editorId: editor.id,
          action: `alert.${input.change}`,
          target: `${id}:${alert.version}`,
        };
        const result = await audit.commit(entry, (link) => alerts.addVersion(alert, { claim, link }));
        if (result.type === 'moved') continue;
        if (result.type === 'wrong-status') throw wrongStatus(input.change, result.status);
        if (result.type === 'created') startFanOut(alert);
        return result;
      }
    },

    abort: async (id, editor) => {
      // A version that waits is not being sent; an earlier one may be.
      refuseUnlessAllowed('abort', (await alerts.getPublic(id)) ?? (await find(id)), editor);
      const entry = { editorId: editor.id, action: 'alert.abort', target: id };
      const result = await audit.commit(entry, (link) => alerts.abort(id, { link }));
      if (result.type === 'wrong-status') throw wrongStatus('abort', result.status);
      deps.onChange();
      return find(id);
    },
  };
}

/** @throws {Problem} 403, or 409 for a status that does not allow the action */
function refuseUnlessAllowed(action: Action, alert: EditorAlert, editor: Editor): void {
  switch (refusalOf(action, alert, editor)) {
    case 'forbidden':
    case 'own-approval':
      throw new Problem(
        'forbidden',
        'Only the editor who created the alert, an approver or an admin may do this.',
      );
    case 'wrong-status':
      throw wrongStatus(action, alert.status);
    case undefined:
  }
}

function wrongStatus(action: Action, status: AlertStatus): Problem {
  const detail = action === 'abort' ? 'The alert is not being sent.' : 'The alert takes no further version.';
  return new Problem('wrong-status', `${detail} Its status is ${status}.`, {
    extension: { alertStatus: status },
  });
}

/** @throws {Problem} 409 when the alert has changed since this editor saw it */
function checkBase({ baseVersion }: NewVersion, { version, change }: EditorAlert): void {
  if (typeof baseVersion !== 'number' || baseVersion === version) return;
  throw new Problem('version-conflict', `Read version ${version} and decide again.`, {
    extension: { version, change },
  });
}
