import type { NewAlert, NewVersion } from '../alerts/input.ts';
import { isPublic, type EditorAlert } from '../alerts/schema.ts';
import type { IdempotencyClaim } from '../alerts/script-arguments.ts';
import { asSent, placeAfter } from '../alerts/silent.ts';
import { MAX_VERSIONS, type AlertStore, type CreateResult } from '../alerts/store.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import { nextVersion } from '../alerts/versions.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem } from '../http/problem.ts';
import type { HouseReader } from './house.ts';
import { createStartFanOut, type FanOutStartDeps } from './publication.ts';
import { notFound, refuseUnlessAllowed, wrongStatus } from './refusals.ts';
import { createNewAlerts } from './new-alert.ts';
import { timeOnward } from './onward.ts';
import type { AlertRules } from './rules.ts';
import { guardMsOf, type NewsroomSettings } from './settings.ts';
import { createWaitingRoom, type WaitingRoom } from './waiting.ts';

/**
 * What may be done with alerts, by its rules: the one way for the API, the schedule, and whatever else takes alerts in. Each
 * action is audited, and takes effect whole or not at all. Each throws a {@link Problem} where a rule refuses it.
 */
export interface Newsroom extends WaitingRoom {
  /** @param claim makes a repetition harmless: it is answered as the first time */
  create(input: NewAlert, editor: Editor, claim?: IdempotencyClaim): Promise<CreateResult>;
  addVersion(id: string, input: NewVersion, editor: Editor, claim?: IdempotencyClaim): Promise<CreateResult>;
  /** Stops what is being sent. @returns the newest version as it is then */
  abort(id: string, editor: Editor): Promise<EditorAlert>;
}

export interface NewsroomDeps extends FanOutStartDeps {
  readonly alerts: AlertStore;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly rules: AlertRules;
  readonly house: HouseReader;
  readonly stories: Pick<StoryReader, 'get'>;
  /** What readers may see has changed. */
  readonly onChange: () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createNewsroom(deps: NewsroomDeps): Newsroom {
  const { alerts, audit, rules, now } = deps;
  const start = createStartFanOut(deps);
  const startFanOut = (alert: EditorAlert): void => {
    deps.onChange();
    start(alert);
  };

  async function find(id: string): Promise<EditorAlert> {
    const alert = await alerts.get(id);
    if (alert === undefined) throw notFound();
    return alert;
  }

  /** What readers have of an alert; of one that they never saw, the newest version. */
  const findShown = async (id: string): Promise<EditorAlert> => (await alerts.getPublic(id)) ?? find(id);

  const create = createNewAlerts({ ...deps, startFanOut });

  async function addVersion(
    id: string,
    input: NewVersion,
    editor: Editor,
    claim?: IdempotencyClaim,
  ): Promise<CreateResult> {
    rules.checkChange(input);
    for (;;) {
      const [newest, shown, { settings }] = await Promise.all([find(id), findShown(id), deps.house.read()]);
      checkBase(input, newest);
      refuseUnlessAllowed(input.change, shown, editor);
      if (newest.version >= MAX_VERSIONS && input.change !== 'retraction') {
        throw new Problem(
          'wrong-status',
          `An alert can have at most ${MAX_VERSIONS} versions and a retraction: write a new alert.`,
        );
      }
      const last = { ...shown, version: newest.version, inPlaceOf: placeAfter(shown) };
      const sent = nextVersion(last, input, editor.id, now());
      const alert = rules.needsApproval(settings, sent)
        ? nextVersion(last, input, editor.id, now(), 'awaiting-approval')
        : (heldVersion(last, input, editor.id, settings, now()) ?? sent);
      rules.checkSize(asSent(alert));
      const entry = {
        editorId: editor.id,
        action: alert.silent === true ? 'alert.silent-update' : `alert.${input.change}`,
        target: `${id}:${alert.version}`,
      };
      const result = await audit.commit(entry, (link) =>
        alerts.addVersion(alert, { claim, link, guardMs: guardMsOf(settings) }),
      );
      if (result.type === 'moved') continue;
      if (result.type === 'wrong-status') throw wrongStatus(input.change, result.status);
      if (result.type === 'created' && isPublic(alert.status)) startFanOut(alert);
      return result;
    }
  }

  /** A repetition is answered as the first time, although what it asks for may be refused by now. */
  async function unlessRepeated(
    claim: IdempotencyClaim | undefined,
    act: () => Promise<CreateResult>,
  ): Promise<CreateResult> {
    try {
      return await act();
    } catch (error) {
      const repeated =
        error instanceof Problem && claim !== undefined ? await alerts.findRepeated(claim) : undefined;
      if (repeated === undefined) throw error;
      return repeated;
    }
  }

  return {
    ...createWaitingRoom({ ...deps, startFanOut }),

    create: (input, editor, claim) => unlessRepeated(claim, () => create(input, editor, claim)),

    addVersion: (id, input, editor, claim) =>
      unlessRepeated(claim, () => addVersion(id, input, editor, claim)),

    abort: async (id, editor) => {
      refuseUnlessAllowed('abort', await findShown(id), editor);
      const entry = { editorId: editor.id, action: 'alert.abort', target: id };
      const result = await audit.commit(entry, (link) => alerts.abort(id, { link }));
      if (result.type === 'wrong-status') throw wrongStatus('abort', result.status);
      deps.onChange();
      return find(id);
    },
  };
}

/**
 * The version that follows, if it is held for an undo. A change to an alert that is still being sent never is: each second
 * would carry the old text to more readers.
 */
function heldVersion(
  last: EditorAlert,
  input: NewVersion,
  editorId: string,
  settings: NewsroomSettings,
  nowMs: number,
): EditorAlert | undefined {
  const isHeld = input.undoable === true && input.change !== 'retraction' && last.status !== 'sending';
  const sendAt = timeOnward(null, isHeld, settings, nowMs);
  return sendAt === null ? undefined : nextVersion(last, input, editorId, nowMs, 'scheduled', sendAt);
}

/** @throws {Problem} 409 when the alert has changed since this editor saw it */
function checkBase({ baseVersion }: NewVersion, { version, change }: EditorAlert): void {
  if (typeof baseVersion !== 'number' || baseVersion === version) return;
  throw new Problem('version-conflict', `Read version ${version} and decide again.`, {
    extension: { version, change },
  });
}
