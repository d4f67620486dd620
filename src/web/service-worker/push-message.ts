import { takesBack } from '../../alerts/naming.ts';
import type { Alert, Urgency } from '../../alerts/schema.ts';

/** The newsroom's data of a notification, and the address that a click opens. */
export interface PushData {
  readonly id: string;
  readonly version: number;
  readonly change: Alert['change'];
  readonly urgency: Urgency;
  readonly receipt: string;
  readonly navigate: string;
}

/** Of a message that is no alert: an editor's test. It has no version and no receipt. */
export interface TestData {
  readonly test: true;
  readonly navigate: string;
}

/** The data of an alert's notification; undefined for another. */
export const alertData = (data: PushData | TestData | undefined): PushData | undefined =>
  data !== undefined && 'receipt' in data ? data : undefined;

/** `NotificationOptions` of the Notifications API, with members that only Chromium knows (`badge`, `image`, `renotify`, `timestamp`). */
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
}

export interface Shown {
  readonly title: string;
  readonly options: ShownOptions;
}

// Chromium draws no SVG in a notification.
const PICTURES = { icon: '/icon-192.png', badge: '/badge-96.png' } as const;

/** A broken message is shown as well, without its content: a push that shows nothing costs the permission. */
export const UNREADABLE: Shown = { title: 'عاجل', options: { lang: 'ar', dir: 'rtl', ...PICTURES } };

/** Reads a declarative push message (`web_push: 8030`). Ignores fields of the wrong type. */
export function readPushMessage(text: string): Shown {
  let notification: Readonly<Record<string, unknown>>;
  try {
    ({ notification } = JSON.parse(text) as { notification: typeof notification });
    if (typeof notification !== 'object' || notification === null) return UNREADABLE;
  } catch {
    return UNREADABLE;
  }
  const { title, body, lang, dir, tag, image, silent, timestamp, navigate } = notification;
  if (typeof title !== 'string' || title === '') return UNREADABLE;
  const data = readData(notification['data'], navigate);
  return {
    title,
    options: {
      ...PICTURES,
      lang: typeof lang === 'string' ? lang : '',
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
    },
  };
}

/** An editor who sends a test again waits for it. */
const isRenotified = (data: PushData | TestData): boolean =>
  'test' in data ? data.test : takesBack(data.change);

function readData(data: unknown, navigate: unknown): PushData | TestData | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if ('test' in data && data.test === true) {
    return { test: true, navigate: typeof navigate === 'string' ? navigate : '' };
  }
  const read = data as Readonly<Record<keyof PushData, unknown>>;
  if (typeof read.id !== 'string' || typeof read.version !== 'number') return undefined;
  if (typeof read.receipt !== 'string') return undefined;
  return { ...(read as PushData), navigate: typeof navigate === 'string' ? navigate : '' };
}
