import { LIFE_CYCLE, type Action } from '../alerts/life-cycle.ts';
import type { AlertEdit, ReviewInput, Submission } from '../alerts/input.ts';
import { isPublic, type EditorAlert } from '../alerts/schema.ts';
import type { Newest } from '../alerts/record.ts';
import { asSent } from '../alerts/silent.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { Story } from '../alerts/stories/schema.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import { editedVersion, publishedVersion, timedVersion } from '../alerts/versions.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import type { HouseReader } from './house.ts';
import type { StartFanOut } from './publication.ts';
import { changedMeanwhile, duplicate, notFound, refuseUnlessAllowed, wrongStatus } from './refusals.ts';
import { statusOnward, timeOnward } from './onward.ts';
import type { AlertRules } from './rules.ts';
import { MAX_UNDO_SECONDS, guardMsOf, storyMsOf, type NewsroomSettings } from './settings.ts';
import { refuseUnlessInStory } from './story-rules.ts';

/** What is done to versions that no reader sees yet. Each throws a Problem where the table or a rule refuses it. */
export interface WaitingRoom {
  /** @param revision of the alert as the editor read it */
  edit(id: string, edit: AlertEdit, editor: Editor, revision: number): Promise<EditorAlert>;
  submit(id: string, submission: Submission, editor: Editor): Promise<EditorAlert>;
  review(id: string, review: ReviewInput, editor: Editor): Promise<EditorAlert>;
  /** Takes the approval of what has not left back: it waits for one again. */
  withdraw(id: string, editor: Editor): Promise<EditorAlert>;
  cancel(id: string, editor: Editor): Promise<EditorAlert>;
  /** Sends what is due. What has expired meanwhile is cancelled. @returns what became of it; undefined: nothing was due */
  release(id: string): Promise<EditorAlert | undefined>;
}

interface WaitingDeps {
  readonly alerts: Pick<AlertStore, 'read' | 'get' | 'change' | 'publish'>;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly rules: AlertRules;
  readonly house: Pick<HouseReader, 'read'>;
  readonly stories: Pick<StoryReader, 'get'>;
  readonly startFanOut: StartFanOut;
  readonly now: () => number;
}

/** One step of a version's life: what it becomes, and how the audit log calls it. */
interface Step {
  readonly action: Action;
  readonly next: EditorAlert;
  readonly entry: string;
  readonly editorId: string;
  /** It goes out although another alert has the same content. */
  readonly allowDuplicate?: boolean;
}

export function createWaitingRoom(deps: WaitingDeps): WaitingRoom {
  const { alerts, audit, rules, now } = deps;

  async function read(id: string): Promise<Newest> {
    const newest = await alerts.read(id);
    if (newest === undefined) throw notFound();
    return newest;
  }

  const storyOf = async ({ story }: EditorAlert): Promise<Story | undefined> =>
    story === null ? undefined : deps.stories.get(story);

  /** Writes the step if the alert is as it was read. @returns undefined: it is not, read it again */
  async function take(
    { alert: before, revision }: Newest,
    { action, next, entry, editorId, allowDuplicate }: Step,
    settings: NewsroomSettings,
  ): Promise<EditorAlert | undefined> {
    const { from } = LIFE_CYCLE[action];
    const what = { editorId, action: entry, target: targetOf(next) };
    const options = {
      revision,
      before,
      allowDuplicate,
      guardMs: guardMsOf(settings),
      storyMs: storyMsOf(settings),
    };
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
        throw duplicate(result);
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
    decide: (alert: EditorAlert, settings: NewsroomSettings, story: Story | undefined) => Step,
  ): Promise<EditorAlert> {
    for (;;) {
      const [newest, { settings }] = await Promise.all([read(id), deps.house.read()]);
      const story = await storyOf(newest.alert);
      const done = await take(newest, decide(newest.alert, settings, story), settings);
      if (done !== undefined) return done;
    }
  }

  /** Out now, later, or once a second editor has agreed. */
  function onward(
    alert: EditorAlert,
    isAgreed: boolean,
    settings: NewsroomSettings,
    story: Story | undefined,
  ): EditorAlert {
    refuseUnlessInStory(alert, story);
    const status = statusOnward(alert, isAgreed || !rules.needsApproval(settings, alert), now());
    const next = status === 'sending' ? publishedVersion(alert, now()) : { ...alert, status };
    rules.checkTimes(next);
    return next;
  }

  return {
    edit: async (id, edit, editor, revision) => {
      const [newest, house] = await Promise.all([read(id), deps.house.read()]);
      const { settings } = house;
      if (newest.revision !== revision) throw changedMeanwhile();
      const { alert } = newest;
      refuseUnlessAllowed('edit', alert, editor);
      rules.checkEdit(edit, house);
      const edited = editedVersion(alert, edit, editor.id, now(), alert.status);
      const story = await storyOf(edited);
      if (OF_STORY.some((name) => name in edit)) refuseUnlessInStory(edited, story);
      // Without a time it is scheduled for, it waits as a draft: an edit sends nothing.
      const next =
        alert.status === 'scheduled' && edited.sendAt === null
          ? { ...edited, status: 'draft' as const }
          : alert.status === 'scheduled'
            ? onward(edited, false, settings, story)
            : edited;
      rules.checkSize(asSent(next));
      const made = { action: 'edit', next, entry: 'alert.edit', editorId: editor.id } as const;
      const done = await take(newest, made, settings);
      if (done === undefined) throw changedMeanwhile();
      return done;
    },

    submit: (id, { sendAt, undoable, allowDuplicate }, editor) =>
      step(id, (alert, settings, story) => {
        refuseUnlessAllowed('submit', alert, editor);
        const isAgreed = alert.status === 'scheduled';
        const asked = sendAt === undefined ? alert.sendAt : sendAt;
        const isHeld = undoable === true && (isAgreed || !rules.needsApproval(settings, alert));
        const timed = timedVersion(alert, timeOnward(asked, isHeld, settings, now()), now());
        const next = onward(timed, isAgreed, settings, story);
        return {
          action: 'submit',
          next,
          entry: 'alert.submit',
          editorId: editor.id,
          allowDuplicate: allowDuplicate === true,
        };
      }),

    review: (id, { decision, note, bypass, undoable, allowDuplicate }, editor) =>
      step(id, (alert, settings, story) => {
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
        const sendAt = timeOnward(alert.sendAt, undoable, settings, now());
        const timed = timedVersion({ ...alert, approvedBy: editor.id, review }, sendAt, now());
        const next = onward(timed, true, settings, story);
        return {
          action: 'approve',
          next,
          entry,
          editorId: editor.id,
          allowDuplicate: allowDuplicate === true,
        };
      }),

    withdraw: (id, editor) =>
      step(id, (alert) => {
        refuseUnlessAllowed('withdraw', alert, editor);
        if (alert.approvedBy === null) throw wrongStatus('withdraw', alert.status);
        // A time within the seconds of an undo is the undo's, or it has passed when the alert is approved again.
        const isSoon = alert.sendAt !== null && Date.parse(alert.sendAt) - now() <= MAX_UNDO_SECONDS * 1000;
        const timed = timedVersion(alert, isSoon ? null : alert.sendAt, now());
        const next = { ...timed, status: 'awaiting-approval' as const, approvedBy: null, review: null };
        return { action: 'withdraw', next, entry: 'alert.withdraw-approval', editorId: editor.id };
      }),

    cancel: (id, editor) =>
      step(id, (alert) => {
        refuseUnlessAllowed('cancel', alert, editor);
        const next = { ...alert, status: 'cancelled' as const };
        return { action: 'cancel', next, entry: 'alert.cancel', editorId: editor.id };
      }),

    release: async (id) => {
      for (;;) {
        const [newest, { settings }] = await Promise.all([alerts.read(id), deps.house.read()]);
        if (newest === undefined || !isDue(newest.alert, now())) return undefined;
        const { alert } = newest;
        const isLate = Date.parse(alert.expiresAt) <= now();
        const made: Step = isLate
          ? {
              action: 'cancel',
              next: { ...alert, status: 'cancelled', cancelledBecause: 'expired' },
              entry: 'alert.expire',
              editorId: 'system',
            }
          : {
              action: 'release',
              next: publishedVersion(alert, now()),
              entry: 'alert.release',
              editorId: 'system',
              allowDuplicate: true,
            };
        const done = await take(newest, made, settings);
        if (done !== undefined) return done;
      }
    },
  };
}

/** What of an edit the alert's story depends on. */
const OF_STORY = ['story', 'escalate', 'lang'] as const;

const targetOf = ({ id, version }: EditorAlert): string => (version === 1 ? id : `${id}:${version}`);

const isDue = ({ status, sendAt }: EditorAlert, nowMs: number): boolean =>
  status === 'scheduled' && sendAt !== null && Date.parse(sendAt) <= nowMs;
