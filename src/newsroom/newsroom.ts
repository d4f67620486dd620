import type { NewAlert, NewVersion } from '../alerts/input.ts';
import { proofOf } from '../alerts/record.ts';
import type { EditorAlert } from '../alerts/schema.ts';
import type { IdempotencyClaim } from '../alerts/script-arguments.ts';
import type { AlertStore, CreateResult } from '../alerts/store.ts';
import type { StoryReader } from '../alerts/stories/store.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem } from '../http/problem.ts';
import { LOCAL, type Durability } from '../redis/durability.ts';
import type { HouseReader } from './house.ts';
import { createLaterVersions, type Base } from './later-version.ts';
import { createStartFanOut, type FanOutStartDeps } from './publication.ts';
import { notFound, refuseUnlessAllowed, wrongStatus } from './refusals.ts';
import { createNewAlerts } from './new-alert.ts';
import type { AlertRules } from './rules.ts';
import { createWaitingRoom, type WaitingRoom } from './waiting.ts';

/**
 * What may be done with alerts, by its rules: the one way for the API, the schedule, and whatever else takes alerts in. Each
 * action is audited, and takes effect whole or not at all. Each throws a {@link Problem} where a rule refuses it.
 */
export interface Newsroom extends WaitingRoom {
  /** @param claim makes a repetition harmless: it is answered as the first time */
  create(input: NewAlert, editor: Editor, claim?: IdempotencyClaim): Promise<CreateResult>;
  /** @param ahead the answer of {@link baseOf}, where it was asked before the editor was known */
  addVersion(
    id: string,
    input: NewVersion,
    editor: Editor,
    claim?: IdempotencyClaim,
    ahead?: Promise<Base>,
  ): Promise<CreateResult>;
  /** Reads what a later version follows. @throws {Problem} 404 */
  baseOf(id: string): Promise<Base>;
  /** Stops what is being sent. @returns the newest version as it is then */
  abort(id: string, editor: Editor): Promise<EditorAlert>;
}

export interface NewsroomDeps extends FanOutStartDeps {
  readonly alerts: AlertStore;
  readonly audit: Pick<AuditLog, 'commit'>;
  /** None: what is stored is safe enough. */
  readonly durability?: Durability | undefined;
  readonly rules: AlertRules;
  readonly house: HouseReader;
  readonly stories: Pick<StoryReader, 'get'>;
  /** What readers may see has changed. */
  readonly onChange: () => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createNewsroom(deps: NewsroomDeps): Newsroom {
  const { alerts, audit, durability = LOCAL } = deps;
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
  const { baseOf, addVersion } = createLaterVersions({ ...deps, startFanOut });

  /** A repetition is answered as the first time, although what it asks for may be refused by now. */
  async function unlessRepeated(
    claim: IdempotencyClaim | undefined,
    act: () => Promise<CreateResult>,
  ): Promise<CreateResult> {
    const result = await act().catch(async (error: unknown) => {
      const repeated =
        error instanceof Problem && claim !== undefined ? await alerts.findRepeated(claim) : undefined;
      if (repeated === undefined) throw error;
      return repeated;
    });
    // The first time, perhaps no replica had it.
    if (result.type === 'repeated') await durability.confirm(proofOf(result.alert));
    return result;
  }

  return {
    ...createWaitingRoom({ ...deps, startFanOut }),

    create: (input, editor, claim) => unlessRepeated(claim, () => create(input, editor, claim)),

    baseOf,

    addVersion: (id, input, editor, claim, ahead) =>
      unlessRepeated(claim, () => addVersion(id, input, editor, claim, ahead)),

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
