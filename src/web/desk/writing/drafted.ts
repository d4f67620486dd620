import { firstVersion, nextVersion } from '../../../alerts/versions.ts';
import type { NewVersion } from '../../../alerts/input.ts';
import { storedUrl, type EditorAlert } from '../../../alerts/schema.ts';
import { DEFAULT_LIFE_MINUTES, type Fields } from './draft.ts';
import { clockAt, ownZone, timeOf } from './zoned-time.ts';

/** An alert as the server gave it, and the ETag that names this state of it. */
export interface Tagged {
  readonly alert: EditorAlert;
  readonly etag: string;
}

/** What is written: a new alert, the next version of one, or an edit of a version that no reader sees yet. */
export type Subject =
  | { readonly change: 'new' }
  | { readonly change: NewVersion['change']; readonly of: EditorAlert }
  | { readonly change: 'edit'; readonly of: EditorAlert; readonly etag: string };

/** How often editors have changed the alert, which the API writes into its ETag: `"version.revision.status"`. */
const revisionOf = (etag: string): number => Number(etag.split('.')[1] ?? 0);

/** Whether these are the same alert, changed in between. */
export function isNewerState(before: Subject, now: Subject): before is Exclude<Subject, { change: 'new' }> {
  if (before.change === 'new' || now.change !== before.change || before.of.id !== now.of.id) return false;
  return stateOf(before) !== stateOf(now);
}

/** Counts the changes of the alert that the subject is of; 0: it is new. */
export function stateOf(subject: Subject): number {
  if (subject.change === 'new') return 0;
  return subject.change === 'edit' ? 1 + revisionOf(subject.etag) : subject.of.version;
}

/** As long as every id is, so that the bytes come out right before there is one. */
const PLACEHOLDER_ID = 'z'.repeat(26);

/** When the alert is to leave, ms since the epoch. Undefined: at once; NaN: at a time that does not exist. */
export function sendTimeOf({ sendClock, zone }: Pick<Fields, 'sendClock' | 'zone'>): number | undefined {
  return sendClock === '' ? undefined : (timeOf(sendClock, zone || ownZone()) ?? NaN);
}

/** The alert that these fields would make, by the same functions that the API makes it with. */
export function draftedAlert(subject: Subject, fields: Fields, nowMs: number): EditorAlert {
  const { lang, urgency } = fields;
  const text = {
    headline: clean(fields.headline),
    body: clean(fields.body),
    ...filled({
      url: cleanUrl(fields.url),
      image: cleanUrl(fields.image),
      imageAlt: clean(fields.imageAlt),
      imageCaption: clean(fields.imageCaption),
      imageCredit: clean(fields.imageCredit),
    }),
  };
  const story = fields.story === '' ? null : fields.story;
  const { escalate } = fields;
  const input = { ...text, lang, topics: [...fields.topics], urgency, story, escalate };
  const first = (): EditorAlert => firstVersion(PLACEHOLDER_ID, input, '', nowMs);
  if (subject.change === 'new') return first();
  const note = clean(fields.note);
  if (subject.change === 'edit') {
    const { id, version, change, status, sendAt, expiresAt } = subject.of;
    return { ...first(), note: note || null, id, version, change, status, sendAt, expiresAt };
  }
  const { change, of: last } = subject;
  if (change === 'retraction') return nextVersion(last, { change, note }, '', nowMs);
  return nextVersion(last, { change, note, url: null, image: null, ...text, urgency }, '', nowMs);
}

/** The fields to begin a version with. */
export function fieldsOf(alert: EditorAlert): Fields {
  const { headline, lang, topics, urgency } = alert;
  return {
    headline,
    body: alert.body ?? '',
    url: alert.url ?? '',
    image: alert.image ?? '',
    imageAlt: alert.imageAlt ?? '',
    imageCaption: alert.imageCaption ?? '',
    imageCredit: alert.imageCredit ?? '',
    note: '',
    lang,
    topics,
    urgency,
    lifeMinutes: DEFAULT_LIFE_MINUTES,
    sendClock: '',
    zone: '',
    story: alert.story ?? '',
    escalate: alert.escalate,
    silent: false,
  };
}

/** The fields to begin an edit with: all that the version says, also when it leaves and how long it lives. */
export function editFieldsOf(alert: EditorAlert): Fields {
  const { note, sendAt, expiresAt, ownExpiry, createdAt } = alert;
  const life = (Date.parse(expiresAt) - Date.parse(sendAt ?? createdAt)) / 60_000;
  return {
    ...fieldsOf(alert),
    note: note ?? '',
    lifeMinutes: ownExpiry ? Math.max(1, Math.round(life)) : DEFAULT_LIFE_MINUTES,
    sendClock: sendAt === null ? '' : clockAt(Date.parse(sendAt), ownZone()),
  };
}

/** As the schema takes a text. */
export const clean = (text: string): string => text.normalize('NFC').trim();

/** As the schema takes a link. */
export const cleanUrl = (text: string): string => storedUrl(text) ?? text.trim();

/** Without the texts that are empty. */
export function filled<K extends string>(values: Record<K, string>): Partial<Record<K, string>> {
  const entries = Object.entries<string>(values).map(([name, value]) => [name, value.trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value !== '')) as Partial<Record<K, string>>;
}
