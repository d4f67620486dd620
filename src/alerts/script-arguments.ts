import type { AuditLink } from '../editors/audit.ts';
import { keys } from '../redis/keys.ts';
import { headlineFingerprint, articleFingerprint } from './fingerprint.ts';
import { editorsIndexes, readersIndexes } from './indexes.ts';
import type { EditorAlert } from './schema.ts';
import { storyFacts } from './stories/facts.ts';
import type { Story } from './stories/schema.ts';

// What the store's scripts are given, as each of them names it.

/** An `Idempotency-Key` that an editor sent, and what was asked with it (any string that equal requests share). */
export interface IdempotencyClaim {
  readonly editorId: string;
  /** SHA-256 of the header's value. */
  readonly keyHash: string;
  readonly request: string;
}

export interface WriteOptions {
  readonly claim?: IdempotencyClaim | undefined;
  /** The audit entry to write in the same step (`AuditLog.commit` makes it). */
  readonly link?: AuditLink | undefined;
}

export interface ChangeOptions extends Pick<WriteOptions, 'link'> {
  /** Of the alert as it was read: nothing is written if an editor has changed it since. */
  readonly revision: number;
}

export interface GuardOptions {
  /** Sends it although another alert holds a guard of the same content. */
  readonly allowDuplicate?: boolean | undefined;
  /** How long nothing else of the same headline and language, or about the same article, goes out; 0: no guard. */
  readonly guardMs?: number | undefined;
}

export const DEFAULT_GUARD_MS = 6 * 60 * 60_000;
const IDEMPOTENCY_LIFE_MS = 24 * 60 * 60_000;
export function claimKey(claim: IdempotencyClaim | undefined): string {
  return keys.idempotency(claim?.editorId ?? '', claim?.keyHash ?? '');
}

export interface StoryOptions {
  /** How long a story stays open after an alert of it, ms. */
  readonly storyMs?: number | undefined;
}

/** What an alert was judged by: the newsroom's settings and topics as they are stored ('' for what is not), and its story. */
export interface JudgedBy {
  readonly settings: string;
  readonly topics: string;
  readonly story?: Story | undefined;
}

/** Where what an alert was judged by is stored. */
export const HOUSE_KEYS: readonly string[] = [keys.newsroom, keys.topics];

export interface JudgedOptions {
  /** Nothing is stored where another judgement is due by now. */
  readonly judgedBy?: JudgedBy | undefined;
}

/** Whether it was judged at all, and by which settings. */
export const settingsArguments = ({ judgedBy }: JudgedOptions): string[] => [
  judgedBy === undefined ? '' : '1',
  judgedBy?.settings ?? '',
];

/** The same, by what else, and when it is to go out (ms; '' is at once). */
export const houseArguments = (alert: EditorAlert, options: JudgedOptions): (string | number)[] => [
  ...settingsArguments(options),
  options.judgedBy?.topics ?? '',
  storyFacts(options.judgedBy?.story, alert),
  alert.sendAt === null ? '' : Date.parse(alert.sendAt),
];

const DEFAULT_STORY_MS = 3 * 24 * 60 * 60_000;

/** Keys of the alert's story, which an alert without one has too: a script must know how many keys come first. */
export const storyKeys = ({ story }: EditorAlert): string[] => [
  keys.story(story ?? ''),
  keys.storyOpeners(story ?? ''),
  keys.openStories,
];

/** Id of the story or '', when it ends if this is its last alert, and whether the alert goes to everybody. */
export const storyArguments = (
  { story, escalate }: EditorAlert,
  { storyMs = DEFAULT_STORY_MS }: StoryOptions,
  nowMs: number,
): (string | number)[] => [story ?? '', nowMs + storyMs, escalate ? '1' : ''];

/** The arguments that CREATE and ADD_VERSION share. */
export function written(alert: EditorAlert, options: WriteOptions, nowMs: number): (string | number)[] {
  return [
    linkText(options),
    options.claim?.request ?? '',
    IDEMPOTENCY_LIFE_MS,
    JSON.stringify(alert),
    alert.status,
    alert.id,
    nowMs,
  ];
}

export const linkText = ({ link }: Pick<WriteOptions, 'link'>): string =>
  link === undefined ? '' : JSON.stringify(link);

/** The arguments that CHANGE and PUBLISH share. */
export const changed = (alert: EditorAlert, options: ChangeOptions): (string | number)[] => [
  linkText(options),
  alert.version,
  options.revision,
  JSON.stringify(alert),
  alert.status,
  alert.id,
];

export const dueOf = ({ status, sendAt }: EditorAlert): number | '' =>
  status === 'scheduled' && sendAt !== null ? Date.parse(sendAt) : '';

/** Whether twins are allowed, and the life of the guards. */
export const guarding = (alert: EditorAlert, options: GuardOptions, nowMs: number): (string | number)[] => [
  options.allowDuplicate === true || alert.version > 1 ? '1' : '',
  guardLife(alert, options, nowMs),
];

/** How long the guards are held, ms: counted from the time at which it goes out. */
export const guardLife = (alert: EditorAlert, options: GuardOptions, nowMs: number): number =>
  Math.max(0, Number(dueOf(alert)) - nowMs) + Math.max(1, guardMsOf(options));

const guardMsOf = ({ guardMs = DEFAULT_GUARD_MS }: GuardOptions): number => guardMs;

/** The guards of an alert's content: of the headline, then of the article. */
export function guardsOf({ headline, lang, url }: EditorAlert, options: GuardOptions = {}): string[] {
  if (guardMsOf(options) === 0) return [];
  const article = articleFingerprint(url);
  return [headlineFingerprint(headline, lang), ...(article === null ? [] : [article])].map(keys.duplicate);
}

/** Names of the guards of an alert's content, then of the indexes that it has a place in, with how many of each. */
export function placesOf(alert: EditorAlert, options: GuardOptions): { names: string[]; counts: number[] } {
  const guards = guardsOf(alert, options);
  const editors = editorsIndexes(alert);
  return {
    names: [...guards, ...editors, ...readersIndexes(alert)],
    counts: [guards.length, editors.length],
  };
}
