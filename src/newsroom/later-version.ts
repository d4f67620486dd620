import type { NewVersion } from '../alerts/input.ts';
import { isPublic, type EditorAlert } from '../alerts/schema.ts';
import type { IdempotencyClaim } from '../alerts/script-arguments.ts';
import { asSent, placeAfter } from '../alerts/silent.ts';
import { MAX_VERSIONS, type AlertStore, type CreateResult } from '../alerts/store.ts';
import { nextVersion } from '../alerts/versions.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem } from '../http/problem.ts';
import type { House, HouseReader } from './house.ts';
import { judgeByKnown } from './judge-by-known.ts';
import { timeOnward } from './onward.ts';
import type { StartFanOut } from './publication.ts';
import { notFound, refuseUnlessAllowed, wrongStatus } from './refusals.ts';
import type { AlertRules } from './rules.ts';
import { guardMsOf, type NewsroomSettings } from './settings.ts';

interface LaterVersionDeps {
  readonly alerts: Pick<AlertStore, 'get' | 'getPublic' | 'addVersion'>;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly rules: AlertRules;
  readonly house: Pick<HouseReader, 'read'>;
  readonly startFanOut: StartFanOut;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a later version follows, and the rules that it is judged by. */
export interface Base {
  readonly newest: EditorAlert;
  /** What readers have; of an alert that they never saw, the newest version. */
  readonly shown: EditorAlert;
  readonly house: House;
}

/**
 * Adds versions to alerts. The script that stores one finds out whether what it was judged by still counts, so that it may have
 * been read before. Nothing is refused by what no longer counts.
 */
export function createLaterVersions(deps: LaterVersionDeps) {
  const { alerts, audit, rules, now } = deps;

  /** @throws {Problem} 404 */
  async function baseOf(id: string): Promise<Base> {
    const [newest, shown, house] = await Promise.all([
      alerts.get(id),
      alerts.getPublic(id),
      deps.house.read(),
    ]);
    if (newest === undefined) throw notFound();
    return { newest, shown: shown ?? newest, house };
  }

  /** @throws {Problem} where a rule of the house refuses it */
  function judge({ newest, shown, house }: Base, input: NewVersion, editor: Editor): EditorAlert {
    const { settings } = house;
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
    return alert;
  }

  /** @param ahead the answer of {@link baseOf}, where it was asked before the editor was known */
  async function addVersion(
    id: string,
    input: NewVersion,
    editor: Editor,
    claim?: IdempotencyClaim,
    ahead?: Promise<Base>,
  ): Promise<CreateResult> {
    rules.checkChange(input);
    for (let known = ahead; ; known = undefined) {
      const read = (): Promise<Base> => baseOf(id);
      const { by: base, judged: alert } = await judgeByKnown(known, read, (one) => judge(one, input, editor));
      const entry = {
        editorId: editor.id,
        action: alert.silent === true ? 'alert.silent-update' : `alert.${input.change}`,
        target: `${id}:${alert.version}`,
      };
      const { settings } = base.house;
      const result = await audit.commit(entry, (link) =>
        alerts.addVersion(alert, {
          claim,
          link,
          guardMs: guardMsOf(settings),
          judgedBy: base.house.judgedBy,
        }),
      );
      if (result.type === 'moved') continue;
      if (result.type === 'wrong-status') throw wrongStatus(input.change, result.status);
      if (result.type === 'created' && isPublic(alert.status)) deps.startFanOut(alert);
      return result;
    }
  }

  return { baseOf, addVersion };
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
