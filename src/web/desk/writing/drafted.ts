import { firstVersion, nextVersion } from '../../../alerts/versions.ts';
import { storedUrl, type EditorAlert, type NewVersion } from '../../../alerts/schema.ts';
import { DEFAULT_LIFE_MINUTES, type Fields } from './draft.ts';

/** What is written: a new alert, or the next version of one. */
export type Subject =
  { readonly change: 'new' } | { readonly change: NewVersion['change']; readonly of: EditorAlert };

/** As long as every id is, so that the bytes come out right before there is one. */
const PLACEHOLDER_ID = 'z'.repeat(26);

/** The body to send. What is empty is left out; of a version, what stays as it is. @param nowMs the server's clock */
export function requestBody(subject: Subject, fields: Fields, nowMs: number): object {
  return subject.change === 'new'
    ? newAlertBody(fields, nowMs)
    : versionBody(subject.change, fields, subject.of);
}

function newAlertBody(fields: Fields, nowMs: number): object {
  const { headline, body, url, image, lang, topics, urgency, lifeMinutes } = fields;
  return {
    headline,
    ...filled({ body, url, image }),
    lang,
    topics,
    urgency,
    ...(lifeMinutes === DEFAULT_LIFE_MINUTES
      ? {}
      : { expiresAt: new Date(nowMs + lifeMinutes * 60_000).toISOString() }),
  };
}

function versionBody(change: NewVersion['change'], fields: Fields, last: EditorAlert): object {
  // The version that the editor sees: the API refuses a change of one that a colleague has changed meanwhile.
  const begun = { change, baseVersion: last.version, ...filled({ note: fields.note }) };
  if (change === 'retraction') return begun;
  const changed = (['body', 'url', 'image'] as const).flatMap((name) => {
    const value = fields[name].trim();
    return value === (last[name] ?? '') ? [] : [[name, value === '' ? null : value]];
  });
  return {
    ...begun,
    ...(fields.headline === last.headline ? {} : { headline: fields.headline }),
    ...Object.fromEntries(changed),
    ...(fields.urgency === last.urgency ? {} : { urgency: fields.urgency }),
  };
}

/** The alert that these fields would make, by the same functions that the API makes it with. */
export function draftedAlert(subject: Subject, fields: Fields, nowMs: number): EditorAlert {
  const { lang, urgency } = fields;
  const text = {
    headline: clean(fields.headline),
    body: clean(fields.body),
    ...filled({ url: cleanUrl(fields.url), image: cleanUrl(fields.image) }),
  };
  if (subject.change === 'new') {
    const input = { ...text, lang, topics: [...fields.topics], urgency };
    return firstVersion(PLACEHOLDER_ID, input, '', nowMs);
  }
  const { change, of: last } = subject;
  const note = clean(fields.note);
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
    note: '',
    lang,
    topics,
    urgency,
    lifeMinutes: DEFAULT_LIFE_MINUTES,
  };
}

/** As the schema takes a text. */
export const clean = (text: string): string => text.normalize('NFC').trim();

/** As the schema takes a link. */
export const cleanUrl = (text: string): string => storedUrl(text) ?? text.trim();

function filled<K extends string>(values: Record<K, string>): Partial<Record<K, string>> {
  const entries = Object.entries<string>(values).map(([name, value]) => [name, value.trim()]);
  return Object.fromEntries(entries.filter(([, value]) => value !== '')) as Partial<Record<K, string>>;
}
