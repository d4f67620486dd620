import { newAlertId } from '../alerts/id.ts';
import type { NewAlert } from '../alerts/input.ts';
import type { EditorAlert } from '../alerts/schema.ts';
import type { IdempotencyClaim } from '../alerts/script-arguments.ts';
import type { AlertStore, CreateResult } from '../alerts/store.ts';
import { firstVersion } from '../alerts/versions.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import type { House, HouseReader } from './house.ts';
import { judgeByKnown } from './judge-by-known.ts';
import { statusOnward, timeOnward } from './onward.ts';
import type { StartFanOut } from './publication.ts';
import type { AlertRules } from './rules.ts';
import { guardMsOf, storyMsOf } from './settings.ts';
import { refuseUnlessInStory } from './story-rules.ts';

interface NewAlertDeps {
  readonly alerts: Pick<AlertStore, 'create'>;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly rules: AlertRules;
  readonly house: HouseReader;
  readonly startFanOut: StartFanOut;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Stores a new alert. It is judged by the house as this process knows it, which needs no wait for Redis: the script that stores
 * it finds out whether that still counts. Nothing is refused by what no longer counts.
 */
export function createNewAlerts(deps: NewAlertDeps) {
  const { alerts, audit, rules, now } = deps;

  /** @throws {Problem} where a rule of the house refuses it */
  function judge(input: NewAlert, editor: Editor, house: House): EditorAlert {
    rules.checkNew(input, house);
    const { settings } = house;
    const texts = { headline: input.headline, body: input.body ?? null, note: null, lang: input.lang };
    const isAgreed = !rules.needsApproval(settings, { ...texts, urgency: input.urgency, change: 'new' });
    const isHeld = isAgreed && input.draft !== true && input.undoable;
    const sendAt = timeOnward(input.sendAt ?? null, isHeld, settings, now());
    const status = input.draft === true ? 'draft' : statusOnward({ sendAt }, isAgreed, now());
    const alert = firstVersion(newAlertId(now()), { ...input, sendAt }, editor.id, now(), status);
    refuseUnlessInStory(alert, house.judgedBy.story);
    rules.checkSize(alert);
    return alert;
  }

  return async (input: NewAlert, editor: Editor, claim?: IdempotencyClaim): Promise<CreateResult> => {
    const allowDuplicate = input.allowDuplicate ?? false;
    const action = allowDuplicate ? 'alert.create-allowing-duplicate' : 'alert.create';
    for (;;) {
      const { by: house, judged: alert } = await judgeByKnown(
        deps.house.known(input.story),
        () => deps.house.read(input.story),
        (one) => judge(input, editor, one),
      );
      const result = await audit.commit({ editorId: editor.id, action, target: alert.id }, (link) =>
        alerts.create(alert, {
          claim,
          link,
          allowDuplicate,
          guardMs: guardMsOf(house.settings),
          storyMs: storyMsOf(house.settings),
          judgedBy: house.judgedBy,
        }),
      );
      if (result.type === 'judged-too-early') {
        await deps.house.read(input.story);
        continue;
      }
      if (result.type === 'created' && alert.status === 'sending') deps.startFanOut(alert);
      return result;
    }
  };
}
