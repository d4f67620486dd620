import type { NewVersion } from '../../../alerts/input.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import { DEFAULT_LIFE_MINUTES, type Fields } from './draft.ts';
import { editFieldsOf, filled, sendTimeOf, type Subject } from './drafted.ts';

/** The body to send. What is empty is left out; of a version or an edit, what stays as it is. @param nowMs the server's clock */
export function requestBody(subject: Subject, fields: Fields, nowMs: number): object {
  if (subject.change === 'new') return newAlertBody(fields, nowMs);
  if (subject.change === 'edit') return editBody(fields, subject.of, nowMs);
  return versionBody(subject.change, fields, subject.of);
}

function newAlertBody(fields: Fields, nowMs: number): object {
  const { headline, body, url, lang, topics, urgency, lifeMinutes, story, escalate } = fields;
  const sendAt = sendTimeOf(fields);
  return {
    headline,
    ...filled({ body, url }),
    ...filled(pictureOf(fields)),
    lang,
    topics,
    urgency,
    ...filled({ story }),
    ...(escalate ? { escalate } : {}),
    ...(sendAt === undefined ? {} : { sendAt: timeText(sendAt) }),
    ...(lifeMinutes === DEFAULT_LIFE_MINUTES
      ? {}
      : { expiresAt: timeText((sendAt ?? nowMs) + lifeMinutes * 60_000) }),
  };
}

const PICTURE = ['image', 'imageAlt', 'imageCaption', 'imageCredit'] as const;
type Picture = Pick<Fields, (typeof PICTURE)[number]>;

/** The texts of a picture are nothing without it. */
function pictureOf({ image, imageAlt, imageCaption, imageCredit }: Fields): Picture {
  const has = image.trim() !== '';
  return {
    image,
    imageAlt: has ? imageAlt : '',
    imageCaption: has ? imageCaption : '',
    imageCredit: has ? imageCredit : '',
  };
}

function versionBody(change: NewVersion['change'], fields: Fields, last: EditorAlert): object {
  // The version that the editor sees: the API refuses a change of one that a colleague has changed meanwhile.
  const begun = { change, baseVersion: last.version, ...filled({ note: fields.note }) };
  if (change === 'retraction') return begun;
  return {
    ...begun,
    ...(fields.headline === last.headline ? {} : { headline: fields.headline }),
    ...changedTexts(['body', 'url', ...PICTURE], fields, last),
    ...(fields.urgency === last.urgency ? {} : { urgency: fields.urgency }),
    ...(change === 'update' && fields.silent ? { silent: true } : {}),
  };
}

function editBody(fields: Fields, last: EditorAlert, nowMs: number): object {
  const before = editFieldsOf(last);
  const sendAt = sendTimeOf(fields);
  // The minute that the clock shows: the seconds that it was scheduled with are not what changed.
  const isMoved = fields.sendClock !== before.sendClock || fields.zone !== before.zone;
  const livesAnew = fields.lifeMinutes !== before.lifeMinutes || (isMoved && last.ownExpiry);
  const expiresAt =
    fields.lifeMinutes === DEFAULT_LIFE_MINUTES
      ? null
      : timeText((sendAt ?? nowMs) + fields.lifeMinutes * 60_000);
  return {
    ...(fields.headline === last.headline ? {} : { headline: fields.headline }),
    ...changedTexts(['note', 'body', 'url', ...PICTURE], fields, last),
    ...(fields.lang === last.lang ? {} : { lang: fields.lang }),
    ...(String(fields.topics) === String(last.topics) ? {} : { topics: fields.topics }),
    ...(fields.urgency === last.urgency ? {} : { urgency: fields.urgency }),
    ...(fields.story === (last.story ?? '') ? {} : { story: fields.story || null }),
    ...(fields.escalate === last.escalate ? {} : { escalate: fields.escalate }),
    ...(isMoved ? { sendAt: sendAt === undefined ? null : timeText(sendAt) } : {}),
    ...(livesAnew ? { expiresAt } : {}),
  };
}

/** Null: it is emptied. */
function changedTexts(
  names: readonly ('note' | 'body' | 'url' | keyof Picture)[],
  fields: Fields,
  last: EditorAlert,
): object {
  const changed = names.flatMap((name) => {
    const value = fields[name].trim();
    return value === (last[name] ?? '') ? [] : [[name, value === '' ? null : value]];
  });
  return Object.fromEntries(changed) as object;
}

/** A time that does not exist stays none: the fields say what is wrong with it. */
const timeText = (ms: number): string => (Number.isNaN(ms) ? '' : new Date(ms).toISOString());
