import { primaryLanguage } from '../../alerts/language.ts';
import { takesBack } from '../../alerts/naming.ts';
import type { Alert, Urgency } from '../../alerts/schema.ts';
import { FEWER, LEAVE_STORY } from '../../words/words.ts';

/** The newsroom's data of a notification, and the address that a click opens. */
export interface PushData {
  readonly id: string;
  readonly version: number;
  readonly change: Alert['change'];
  readonly urgency: Urgency;
  readonly receipt: string;
  readonly navigate: string;
  /** Id of the alert's story. */
  readonly story?: string;
  /** When the version was published, ms since the epoch. */
  readonly at?: number;
  /** Ajil's origin, in another site's service worker. */
  readonly server?: string;
}

/** Of a message that is no alert: an editor's test. It has no version and no receipt. */
export interface TestData {
  readonly test: true;
  readonly navigate: string;
}

/** The data of an alert's notification; undefined for another. */
export const alertData = (data: PushData | TestData | undefined): PushData | undefined =>
  data !== undefined && 'receipt' in data ? data : undefined;

/** `NotificationOptions` of the Notifications API, with members that only Chromium knows (`actions`, `badge`, `image`, `renotify`, `timestamp`). */
export interface ShownOptions {
  readonly body?: string;
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl' | 'auto';
  readonly icon: string;
  readonly badge: string;
  readonly image?: string;
  readonly tag?: string;
  readonly renotify?: boolean;
  readonly silent?: boolean;
  readonly timestamp?: number;
  readonly data?: PushData | TestData;
  readonly actions?: readonly { readonly action: string; readonly title: string }[];
}

export interface Shown {
  readonly title: string;
  readonly options: ShownOptions;
}

/** Chromium draws no SVG in a notification. @param server Ajil's origin; '' for the worker's own */
const picturesOf = (server: string) => ({
  icon: `${server}/icon-192.png`,
  badge: `${server}/badge-96.png`,
});

/**
 * The notification's button that leads to fewer of its kind. Its word is the worker's, so it costs the message no bytes;
 * browsers without such buttons leave it out.
 */
export const FEWER_ACTION = 'fewer';
/** The button that leaves the alert's story. */
export const LEAVE_ACTION = 'leave';
const actionWords: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [FEWER_ACTION]: FEWER,
  [LEAVE_ACTION]: LEAVE_STORY,
};
/** Fewer of its kind is chosen on a page of ours: another site's worker has none behind it. */
const actionsOf = ({ story, server }: PushData, lang: string) =>
  [...(server === undefined ? [FEWER_ACTION] : []), ...(story === undefined ? [] : [LEAVE_ACTION])].map(
    (action) => ({
      action,
      title:
        actionWords[action]?.[lang === '' ? '' : primaryLanguage(lang)] ?? actionWords[action]?.['en'] ?? '',
    }),
  );

/** A broken message is shown as well, without its content: a push that shows nothing costs the permission. */
export const UNREADABLE: Shown = { title: 'عاجل', options: { lang: 'ar', dir: 'rtl', ...picturesOf('') } };

/**
 * Reads a declarative push message (`web_push: 8030`). Ignores fields of the wrong type.
 * @param server Ajil's origin; '' for the worker's own, where the page with the choices is
 */
export function readPushMessage(text: string, server = ''): Shown {
  let notification: Readonly<Record<string, unknown>>;
  try {
    ({ notification } = JSON.parse(text) as { notification: typeof notification });
    if (typeof notification !== 'object' || notification === null) return UNREADABLE;
  } catch {
    return UNREADABLE;
  }
  const { title, body, lang, dir, tag, image, silent, timestamp } = notification;
  if (typeof title !== 'string' || title === '') return UNREADABLE;
  const data = readData(notification, server);
  const language = typeof lang === 'string' ? lang : '';
  const alert = alertData(data);
  return {
    title,
    options: {
      ...picturesOf(server),
      lang: language,
      dir: dir === 'rtl' || dir === 'ltr' ? dir : 'auto',
      ...(typeof body === 'string' ? { body } : {}),
      // The browser would refuse a picture that is not https, or load it where others can see it.
      ...(typeof image === 'string' && image.startsWith('https://') ? { image } : {}),
      // The text before was wrong: the reader must notice that it was replaced.
      ...(typeof tag === 'string' && tag !== ''
        ? { tag, renotify: data !== undefined && isRenotified(data) }
        : {}),
      ...(typeof silent === 'boolean' ? { silent } : {}),
      ...(typeof timestamp === 'number' ? { timestamp } : {}),
      ...(data === undefined ? {} : { data }),
      ...(alert === undefined ? {} : { actions: actionsOf(alert, language) }),
    },
  };
}

/** An editor who sends a test again waits for it. */
const isRenotified = (data: PushData | TestData): boolean =>
  'test' in data ? data.test : takesBack(data.change);

function readData(
  { data, navigate, timestamp }: Readonly<Record<string, unknown>>,
  server: string,
): PushData | TestData | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if ('test' in data && data.test === true) {
    return { test: true, navigate: typeof navigate === 'string' ? navigate : '' };
  }
  const { story, ...read } = data as Readonly<Record<keyof PushData, unknown>>;
  if (typeof read.id !== 'string' || typeof read.version !== 'number') return undefined;
  if (typeof read.receipt !== 'string') return undefined;
  return {
    ...(read as PushData),
    navigate: typeof navigate === 'string' ? navigate : '',
    ...(typeof story === 'string' ? { story } : {}),
    ...(typeof timestamp === 'number' ? { at: timestamp } : {}),
    ...(server === '' ? {} : { server }),
  };
}
