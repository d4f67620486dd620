import type { z } from 'zod';
import { alertEditSchema, newAlertSchema, newVersionSchema } from '../../../alerts/input.ts';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { ProblemDetails } from '../answers.ts';
import type { Fields } from './draft.ts';
import { clean, cleanUrl, sendTimeOf, type Subject } from './drafted.ts';

export { withoutRefused as withoutForbidden } from '../../../alerts/text.ts';

/** In the order of the page: the first one with a fault gets the focus. */
export const FIELD_NAMES = [
  'headline',
  'body',
  'note',
  'url',
  'image',
  'imageAlt',
  'imageCaption',
  'imageCredit',
  'lang',
  'urgency',
  'topics',
  'story',
  'escalate',
  'sendClock',
  'lifeMinutes',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** What is wrong with a field. `server`: only the API knows, and its words say it. */
export type Fault =
  | { readonly code: 'missing' | 'address' | 'characters' | 'value' | 'noSuchTime' | 'pastTime' | 'farTime' }
  | { readonly code: 'length'; readonly over: number }
  | { readonly code: 'bytes'; readonly over: number }
  | { readonly code: 'site'; readonly sites: readonly string[] }
  | { readonly code: 'server'; readonly detail: string };
export type Faults = Partial<Record<FieldName, Fault>>;

/** Checks a body with the very schema that the API checks it with. */
export function faultsOf(body: object, change: Subject['change']): Faults {
  const schemas = { new: newAlertSchema, edit: alertEditSchema };
  const schema = change === 'new' || change === 'edit' ? schemas[change] : newVersionSchema;
  const parsed = schema.safeParse(body);
  const faults: Faults = {};
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const name = fieldNamed(String(issue.path[0] ?? ''));
    if (name !== undefined) faults[name] ??= faultOf(issue, name, body);
  }
  return faults;
}

function faultOf(issue: z.core.$ZodIssue, name: FieldName, body: object): Fault {
  const isLink = name === 'url' || name === 'image';
  if (issue.code === 'too_small') return { code: 'missing' };
  if (issue.code === 'too_big') {
    const value: unknown = (body as Record<string, unknown>)[name];
    const stored = (isLink ? cleanUrl : clean)(typeof value === 'string' ? value : '');
    return { code: 'length', over: stored.length - Number(issue.maximum) };
  }
  if (isLink) return { code: 'address' };
  return name === 'headline' || name === 'body' || name === 'note' || name.startsWith('image')
    ? { code: 'characters' }
    : { code: 'value' };
}

/** The fault of an alert that does not fit into a push message, at its longest part. */
export function sizeFault(alert: EditorAlert, bytes: number, limit: number): Faults {
  if (bytes <= limit) return {};
  const parts = ['headline', 'body', 'note', 'url', 'image'] as const;
  const longest = parts.reduce((most, part) => (lengthOf(alert[part]) > lengthOf(alert[most]) ? part : most));
  return { [longest]: { code: 'bytes', over: bytes - limit } };
}

/** Links that lead where the newsroom's links may not. A link that is none is another fault. */
export function siteFaults(
  alert: Pick<EditorAlert, 'url' | 'image'>,
  sites: readonly string[] | null,
): Faults {
  if (sites === null) return {};
  const isElsewhere = (link: string | null): boolean =>
    link !== null && URL.canParse(link) && !sites.includes(new URL(link).origin);
  const names = (['url', 'image'] as const).filter((name) => isElsewhere(alert[name]));
  return Object.fromEntries(names.map((name) => [name, { code: 'site', sites }]));
}

/** The schedule's bound (`src/newsroom/rules.ts`). */
const MOST_AHEAD_MS = 366 * 24 * 3_600_000;

/** What is wrong with the time at which it is to leave. @param before of an edit: a time that stays is no fault */
export function timeFaults(fields: Fields, before: Fields, nowMs: number): Faults {
  const time = sendTimeOf(fields);
  const isKept = fields.sendClock === before.sendClock && fields.zone === before.zone;
  if (time === undefined || isKept) return {};
  if (Number.isNaN(time)) return { sendClock: { code: 'noSuchTime' } };
  if (time <= nowMs) return { sendClock: { code: 'pastTime' } };
  return time - nowMs > MOST_AHEAD_MS ? { sendClock: { code: 'farTime' } } : {};
}

const lengthOf = (text: string | null): number => new TextEncoder().encode(text ?? '').length;

/** What the API found wrong, by field; and whether it named anything that is no field of ours. */
export function faultsIn(problem: ProblemDetails): Faults {
  const faults: Faults = {};
  for (const { pointer, detail, bytes, limit } of problem.errors) {
    const name = fieldNamed(pointer?.split('/')[1] ?? '');
    if (name === undefined) continue;
    faults[name] ??=
      bytes !== undefined && limit !== undefined
        ? { code: 'bytes', over: bytes - limit }
        : { code: 'server', detail };
  }
  return faults;
}

function fieldNamed(name: string): FieldName | undefined {
  if (name === 'expiresAt') return 'lifeMinutes';
  if (name === 'sendAt') return 'sendClock';
  return FIELD_NAMES.find((known) => known === name);
}
