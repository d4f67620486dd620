import { createHash } from 'node:crypto';
import { alertEditSchema, newAlertSchema, newVersionSchema } from '../alerts/input.ts';
import { WAITING_STATUSES, type EditorAlert, type Urgency } from '../alerts/schema.ts';
import type { IdempotencyClaim } from '../alerts/script-arguments.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem } from '../http/problem.ts';
import { invalidBody } from '../http/read-body.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';
import { isTakenBack, type Said, type Taken } from './item-record.ts';
import type { Item } from './item.ts';
import { ignored, refusedBecause, sameAs, taken, told } from './answers.ts';
import { reason } from './reasons.ts';
import type { Source } from './source.ts';

/** An item on its way into the newsroom. */
export interface Step {
  readonly source: Source;
  readonly item: Item;
  readonly said: Said;
  /** What the source said of the alert before; null: nothing. */
  readonly before: Said | null;
  /** In whose name it is done. */
  readonly actor: Editor;
  /** The same for a repetition, and only for that. */
  readonly key: string;
  /** It is taken back because another item has replaced it, not because the source cancels it. */
  readonly isReplaced?: boolean;
}

/** What the newsroom is asked to do for an item. Each step is an author's: the rules hold as for anybody. */
export interface Steps {
  create(step: Step): Promise<Taken>;
  /** Of an item whose alert is there. */
  follow(step: Step, alertId: string): Promise<Taken>;
}

const MOST_TRIES = 5;

export function createSteps(deps: {
  readonly alerts: Pick<AlertStore, 'getPublic' | 'read'>;
  readonly newsroom: Newsroom;
  /** Counts what makes or changes an alert. @throws {Problem} 429 */
  readonly count: (sourceId: string) => Promise<void>;
}): Steps {
  const { alerts, newsroom } = deps;

  async function create(step: Step): Promise<Taken> {
    const { source, item, said, actor } = step;
    const input = { ...said, draft: waitsForEditor(step) };
    const read = newAlertSchema.safeParse(input);
    if (!read.success) throw invalidBody(read.error);
    await deps.count(source.id);
    const result = await newsroom.create(read.data, actor, claimOf(step));
    if (result.type === 'idempotency-conflict') return ignored(null, reason('other-text'));
    if (result.type === 'duplicate') {
      return { ...ignored(null, sameAs(result.id, result.shares)), alertId: result.id };
    }
    const made = taken('created', result.alert);
    return item.isSensitive && source.mode === 'send' ? { ...made, ...told(reason('sensitive')) } : made;
  }

  async function follow(step: Step, alertId: string): Promise<Taken> {
    for (let tries = 1; ; tries++) {
      try {
        return await followOnce(step, alertId);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        // An editor came in between: look again.
        if (error.code === 'precondition-failed' && tries < MOST_TRIES) continue;
        if (error.code !== 'wrong-status' && error.code !== 'duplicate-alert') throw error;
        const newest = await alerts.read(alertId);
        return ignored(newest?.alert ?? null, refusedBecause(error, newest?.alert.status));
      }
    }
  }

  async function followOnce(step: Step, alertId: string): Promise<Taken> {
    const newest = await alerts.read(alertId);
    if (newest === undefined) return ignored(null, reason('erased'));
    const { alert, revision } = newest;
    const shown = await alerts.getPublic(alertId);
    const isEnded =
      shown === undefined
        ? !WAITING_STATUSES.includes(alert.status)
        : shown.status === 'aborted' && !isTakenBack(step.item);
    if (isEnded) {
      return ignored(alert, reason('ended', { status: alert.status }));
    }
    const changed = changesOf(step);
    if (!isTakenBack(step.item)) {
      const names = Object.keys(changed);
      const isNothing =
        shown === undefined ? names.length === 0 : !names.some((name) => SEEN.has(name)) && !step.item.note;
      if (isNothing) return ignored(alert, reason('unchanged'));
      await deps.count(step.source.id);
    }
    return shown === undefined
      ? changeWaiting(step, alert, revision, changed)
      : addVersion(step, shown, changed);
  }

  async function changeWaiting(
    step: Step,
    before: EditorAlert,
    revision: number,
    changed: Changes,
  ): Promise<Taken> {
    const actor = forOwn(step.actor);
    if (isTakenBack(step.item)) return taken('retracted', await newsroom.cancel(before.id, actor));
    const read = alertEditSchema.safeParse(changed);
    if (!read.success) throw invalidBody(read.error);
    const edited = await newsroom.edit(before.id, read.data, actor, revision);
    // The embargo was lifted. An edit sends nothing, so what was to go out by itself is submitted.
    const isLifted = before.status === 'scheduled' && edited.status === 'draft' && !waitsForEditor(step);
    const after = isLifted ? await newsroom.submit(before.id, {}, actor) : edited;
    return taken('updated', after);
  }

  async function addVersion(step: Step, shown: EditorAlert, changed: Changes): Promise<Taken> {
    const { item, said } = step;
    const change = isTakenBack(item) ? 'retraction' : item.change === 'correction' ? 'correction' : 'update';
    if (waitsForEditor(step) && (change !== 'retraction' || step.isReplaced === true)) {
      return ignored(shown, reason('editors-turn'));
    }
    if (change !== 'retraction') {
      if (said.sendAt !== null) return ignored(shown, reason('embargoed', { time: said.sendAt }));
    }
    const { headline, body, url, urgency, expiresAt } = changed;
    const { note } = item;
    const read = newVersionSchema.safeParse(
      change === 'retraction' ? { change, note } : { change, note, headline, body, url, urgency, expiresAt },
    );
    if (!read.success) throw invalidBody(read.error);
    const actor = change === 'retraction' ? forOwn(step.actor) : step.actor;
    const result = await newsroom.addVersion(shown.id, read.data, actor, claimOf(step));
    if (result.type !== 'created' && result.type !== 'repeated') return ignored(shown, reason('other-text'));
    return taken(ACTIONS[change], result.alert);
  }

  return { create, follow };
}

const ACTIONS = { update: 'updated', correction: 'corrected', retraction: 'retracted' } as const;

const waitsForEditor = ({ source, item }: Step): boolean => source.mode === 'draft' || item.isSensitive;

type Changes = Partial<Omit<Said, 'urgency'>> & { urgency?: Urgency };

/** Of a version that follows. Nobody is notified of another topic or another expiry. */
const SEEN = new Set(['headline', 'body', 'url']);

/**
 * What the source says otherwise than before: an editor may have changed the rest. An urgency that is none of ours, and topics
 * that are none, leave the alert as it is.
 */
function changesOf({ said, before }: Step): Changes {
  const { urgency, topics, ...rest } = said;
  const now = {
    ...rest,
    ...(urgency === null ? {} : { urgency }),
    ...(topics.length === 0 ? {} : { topics }),
  };
  return Object.fromEntries(
    Object.entries(now).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name as keyof Said]),
    ),
  );
}

/** To change and take back what came from it is a source's right, even after an editor's edit. */
const forOwn = (actor: Editor): Editor => ({ ...actor, role: 'approver' });

/** A repetition after a crash finds what was written before it, whatever the settings are by then. */
function claimOf({ source, key }: Step): IdempotencyClaim {
  const keyHash = createHash('sha256').update(key).digest('base64url');
  return { editorId: `source:${source.id}`, keyHash, request: keyHash };
}
