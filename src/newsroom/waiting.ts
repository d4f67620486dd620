import { LIFE_CYCLE, type Action } from '../alerts/life-cycle.ts';
import {
  isPublic,
  type AlertEdit,
  type AlertStatus,
  type EditorAlert,
  type ReviewInput,
  type Submission,
} from '../alerts/schema.ts';
import type { Newest } from '../alerts/record.ts';
import { asSent } from '../alerts/silent.ts';
import type { AlertStore } from '../alerts/store.ts';
import { editedVersion, publishedVersion, timedVersion } from '../alerts/versions.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import type { StartFanOut } from './publication.ts';
import { changedMeanwhile, duplicate, notFound, refuseUnlessAllowed } from './refusals.ts';
import type { AlertRules } from './rules.ts';

interface Options {
  /** Publishes although the same was published minutes ago. */
  readonly allowDuplicate?: boolean | undefined;
}

/** What is done to versions that no reader sees yet. Each throws a Problem where the table or a rule refuses it. */
export interface WaitingRoom {
  /** @param revision of the alert as the editor read it */
  edit(id: string, edit: AlertEdit, editor: Editor, revision: number): Promise<EditorAlert>;
  submit(id: string, submission: Submission, editor: Editor, options?: Options): Promise<EditorAlert>;
  review(id: string, review: ReviewInput, editor: Editor, options?: Options): Promise<EditorAlert>;
  cancel(id: string, editor: Editor): Promise<EditorAlert>;
  /** Sends what is due. What has expired meanwhile is cancelled. @returns what became of it; undefined: nothing was due */
  release(id: string): Promise<EditorAlert | undefined>;
}

interface WaitingDeps {
  readonly alerts: Pick<AlertStore, 'read' | 'get' | 'change' | 'publish'>;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly rules: AlertRules;
  readonly startFanOut: StartFanOut;
  readonly now: () => number;
}

/** One step of a version's life: what it becomes, and how the audit log calls it. */
interface Step {
  readonly action: Action;
  readonly next: EditorAlert;
  readonly entry: string;
  readonly editorId: string;
}

export function createWaitingRoom(deps: WaitingDeps): WaitingRoom {
  const { alerts, audit, rules, now } = deps;

  async function read(id: string): Promise<Newest> {
    const newest = await alerts.read(id);
    if (newest === undefined) throw notFound();
    return newest;
  }

  /** Writes the step if the alert is as it was read. @returns undefined: it is not, read it again */
  async function take(
    { alert: before, revision }: Newest,
    { action, next, entry, editorId }: Step,
    { allowDuplicate }: Options = {},
  ): Promise<EditorAlert | undefined> {
    const { from } = LIFE_CYCLE[action];
    const what = { editorId, action: entry, target: targetOf(next) };
    const options = { revision, before, allowDuplicate };
    const result = isPublic(next.status)
      ? await audit.commit(what, (link) => alerts.publish(next, from, { ...options, link }))
      : await audit.commit(what, (link) => alerts.change(next, from, { ...options, link }));
    switch (result.type) {
      // As it was read, the status allowed it: that has changed since.
      case 'moved':
      case 'wrong-status':
        return undefined;
      case 'missing':
        throw notFound();
      case 'duplicate':
        throw duplicate(result.id);
      case 'published':
        deps.startFanOut(next);
        break;
      case 'changed':
        break;
    }
    return next;
  }

  /** Reads, decides and writes until nothing came in between. */
  async function step(
    id: string,
    decide: (alert: EditorAlert) => Promise<Step> | Step,
    options?: Options,
  ): Promise<EditorAlert> {
    for (;;) {
      const newest = await read(id);
      const done = await take(newest, await decide(newest.alert), options);
      if (done !== undefined) return done;
    }
  }

  /** Out now, later, or once a second editor has agreed. */
  function onward(alert: EditorAlert, isAgreed: boolean): EditorAlert {
    const status = statusOnward(alert, isAgreed || !rules.needsApproval(alert), now());
    const next = status === 'sending' ? publishedVersion(alert, now()) : { ...alert, status };
    rules.checkTimes(next);
    return next;
  }

  return {
    edit: async (id, edit, editor, revision) => {
      const newest = await read(id);
      if (newest.revision !== revision) throw changedMeanwhile();
      const { alert } = newest;
      refuseUnlessAllowed('edit', alert, editor);
      await rules.checkEdit(edit);
      const edited = editedVersion(alert, edit, editor.id, now(), alert.status);
      // Without a time it is scheduled for, it waits as a draft: an edit sends nothing.
      const next =
        alert.status === 'scheduled' && edited.sendAt === null
          ? { ...edited, status: 'draft' as const }
          : alert.status === 'scheduled'
            ? onward(edited, false)
            : edited;
      rules.checkSize(asSent(next));
      const made = { action: 'edit', next, entry: 'alert.edit', editorId: editor.id } as const;
      const done = await take(newest, made);
      if (done === undefined) throw changedMeanwhile();
      return done;
    },

    submit: (id, { sendAt }, editor, options) =>
      step(
        id,
        (alert) => {
          refuseUnlessAllowed('submit', alert, editor);
          const timed = timedVersion(alert, sendAt === undefined ? alert.sendAt : sendAt, now());
          const isAgreed = alert.status === 'scheduled';
          const next = onward(timed, isAgreed);
          return { action: 'submit', next, entry: 'alert.submit', editorId: editor.id };
        },
        options,
      ),

    review: (id, { decision, note, bypass }, editor, options) =>
      step(
        id,
        (alert) => {
          const reason = bypass?.reason ?? null;
          // A reason lifts the rule of the second person for those who may approve at all.
          const asked = reason === null ? alert : { ...alert, author: '', createdBy: '' };
          refuseUnlessAllowed(decision, asked, editor);
          const review = {
            decision,
            by: editor.id,
            at: new Date(now()).toISOString(),
            note: note || null,
            bypass: [alert.author, alert.createdBy].includes(editor.id) ? reason : null,
          };
          const entry = review.bypass === null ? `alert.${decision}` : 'alert.approve-bypassing';
          if (decision === 'reject') {
            return {
              action: 'reject',
              next: { ...alert, status: 'draft', review },
              entry,
              editorId: editor.id,
            };
          }
          const next = onward({ ...alert, approvedBy: editor.id, review }, true);
          return { action: 'approve', next, entry, editorId: editor.id };
        },
        options,
      ),

    cancel: (id, editor) =>
      step(id, (alert) => {
        refuseUnlessAllowed('cancel', alert, editor);
        const next = { ...alert, status: 'cancelled' as const };
        return { action: 'cancel', next, entry: 'alert.cancel', editorId: editor.id };
      }),

    release: async (id) => {
      for (;;) {
        const newest = await alerts.read(id);
        if (newest === undefined || !isDue(newest.alert, now())) return undefined;
        const { alert } = newest;
        const isLate = Date.parse(alert.expiresAt) <= now();
        const made: Step = isLate
          ? {
              action: 'cancel',
              next: { ...alert, status: 'cancelled' },
              entry: 'alert.expire',
              editorId: 'system',
            }
          : {
              action: 'release',
              next: publishedVersion(alert, now()),
              entry: 'alert.release',
              editorId: 'system',
            };
        const done = await take(newest, made, { allowDuplicate: true });
        if (done !== undefined) return done;
      }
    },
  };
}

const targetOf = ({ id, version }: EditorAlert): string => (version === 1 ? id : `${id}:${version}`);

const isDue = ({ status, sendAt }: EditorAlert, nowMs: number): boolean =>
  status === 'scheduled' && sendAt !== null && Date.parse(sendAt) <= nowMs;

/** Where a version goes from the newsroom's desk. */
export function statusOnward(
  { sendAt }: Pick<EditorAlert, 'sendAt'>,
  isAgreed: boolean,
  nowMs: number,
): Extract<AlertStatus, 'sending' | 'scheduled' | 'awaiting-approval'> {
  if (!isAgreed) return 'awaiting-approval';
  return sendAt !== null && Date.parse(sendAt) > nowMs ? 'scheduled' : 'sending';
}
