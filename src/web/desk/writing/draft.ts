import type { Urgency } from '../../../alerts/schema.ts';

/** What an editor has typed, as it stands in the fields. */
export interface Fields {
  readonly headline: string;
  readonly body: string;
  readonly url: string;
  readonly image: string;
  readonly imageAlt: string;
  readonly imageCaption: string;
  readonly imageCredit: string;
  readonly note: string;
  readonly lang: string;
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lifeMinutes: number;
  /** When it is to leave, on the clock of {@link zone} as `datetime-local` writes it; empty: at once. */
  readonly sendClock: string;
  /** IANA; empty: the editor's own. */
  readonly zone: string;
  /** Id of the story that it belongs to; '' is none. */
  readonly story: string;
  /** Of a follow-up: it goes to everybody all the same. */
  readonly escalate: boolean;
  /** Of an update: pages change, and nobody is notified. */
  readonly silent: boolean;
}

/** A request whose answer has not come: it may have been done or not. */
export interface Attempt {
  readonly body: object;
  /** Of an edit: the ETag that the editor's text stands on. */
  readonly ifMatch?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * A text on its way to becoming an alert. `key` is its Idempotency-Key: made with the draft and kept until the API says
 * that it has the alert, so that one draft becomes one alert whatever is clicked, lost, tried again or loaded again.
 */
export interface Draft {
  readonly key: string;
  /** Only what the editor changed: the rest is as the alert has it, also when a colleague corrects it meanwhile. */
  readonly fields: Partial<Fields>;
  /**
   * Of a draft of a version: the newest version of the alert that the editor was shown; of an edit: the revision. 0: a new
   * alert is written.
   */
  readonly base: number;
  readonly attempt?: Attempt;
}

/** Keeps one draft across reloads. */
export interface DraftStore {
  /** Undefined: none was kept. */
  load(): Draft | undefined;
  save(draft: Draft): void;
  clear(): void;
}

/** The part of the browser's `Storage` that is used. */
interface Shelf {
  getItem(place: string): string | null;
  setItem(place: string, text: string): void;
  removeItem(place: string): void;
}

/**
 * The API forgets a key after 24 hours; an attempt that old cannot be asked about any more, and the same key would then
 * send again.
 */
const KEY_LIFE_MS = 23 * 60 * 60_000;

export const DEFAULT_LIFE_MINUTES = 60;

export function emptyFields(lang: string): Fields {
  return {
    headline: '',
    body: '',
    url: '',
    image: '',
    imageAlt: '',
    imageCaption: '',
    imageCredit: '',
    note: '',
    lang,
    topics: [],
    urgency: 'urgent',
    lifeMinutes: DEFAULT_LIFE_MINUTES,
    sendClock: '',
    zone: '',
    story: '',
    escalate: false,
    silent: false,
  };
}

export function newDraft(base: number, fields: Partial<Fields> = {}): Draft {
  return { key: newKey(), fields, base };
}

/** Under which key of the browser's storage a draft lies. */
export const draftPlace = (name: string): string => `ajil-draft:${name}`;

/**
 * @param name editor and what is written: the API knows a key by its editor, so a draft never changes hands
 * @param deps.storage the browser's; what it refuses to keep (private windows, no room) lives as long as the page
 */
export function openDraftStore(
  name: string,
  deps: { storage: Shelf | undefined; now: () => number },
): DraftStore {
  const place = draftPlace(name);
  const { storage, now } = deps;
  return {
    load: () => {
      const draft = read(storage, place);
      if (draft?.attempt === undefined || now() - draft.attempt.at < KEY_LIFE_MS) return draft;
      return newDraft(draft.base, draft.fields);
    },
    save: (draft) => tryTo(() => storage?.setItem(place, JSON.stringify(draft))),
    clear: () => tryTo(() => storage?.removeItem(place)),
  };
}

interface Shelves extends Shelf {
  readonly length: number;
  key(index: number): string | null;
}

/** Where an editor's drafts with a text lie. */
export function draftsOf(editorId: string, storage: Shelves | undefined): string[] {
  if (storage === undefined) return [];
  const places = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  const mine = places.filter((place) => place.startsWith(draftPlace(`${editorId}:`)));
  return mine.filter((place) => hasText(read(storage, place)));
}

/** Whether anything would be lost with it. */
export const hasText = (draft: Draft | undefined): boolean =>
  draft !== undefined &&
  (draft.attempt !== undefined || ['headline', 'body', 'note'].some((name) => name in draft.fields));

export function eraseDrafts(editorId: string, storage: Shelves | undefined): void {
  for (const place of draftsOf(editorId, storage)) tryTo(() => storage?.removeItem(place));
}

function read(storage: Shelf | undefined, place: string): Draft | undefined {
  try {
    const draft = JSON.parse(storage?.getItem(place) ?? 'null') as Draft | null;
    if (typeof draft?.key !== 'string' || typeof draft.fields !== 'object') return undefined;
    // Drafts once said nothing of their version: what the alert says now has to be shown with such a one.
    return { ...draft, base: draft.base ?? 0 };
  } catch {
    return undefined;
  }
}

function tryTo(action: () => void): void {
  try {
    action();
  } catch {
    // Without storage a reload loses the text; writing and sending go on.
  }
}

/** 128 random bits. (`crypto.randomUUID` is missing where a newsroom serves the desk over plain http.) */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
