/** What the newsroom put into a notification. */
export interface PushData {
  readonly id: string;
  readonly version: number;
  readonly change: string;
  readonly receipt: string;
  readonly navigate?: string;
}

/** `NotificationOptions` of the Notifications API, as far as the message decides them. */
interface ShownOptions {
  readonly body?: string;
  readonly lang?: string;
  readonly dir?: 'ltr' | 'rtl';
  readonly tag?: string;
  readonly silent?: boolean;
  readonly icon: string;
  readonly data?: PushData;
}

interface Shown {
  readonly title: string;
  readonly options: ShownOptions;
}

/** A broken message is shown as well, without its content: a push that shows nothing costs the permission. */
const UNREADABLE: Shown = { title: 'عاجل', options: { lang: 'ar', dir: 'rtl', icon: '/icon.svg' } };

/** Reads a declarative push message (`web_push: 8030`). */
export function readPushMessage(text: string): Shown {
  try {
    const { notification } = JSON.parse(text) as {
      notification: ShownOptions & { title: string; navigate: string; data: PushData };
    };
    const { title, navigate, data, ...options } = notification;
    if (typeof title !== 'string' || title === '') return UNREADABLE;
    return {
      title,
      options: { ...options, icon: '/icon.svg', data: { ...data, navigate } },
    };
  } catch {
    return UNREADABLE;
  }
}

/** Where a click leads: the story if its address is https or our own, else the alert's own page. */
export function storyUrl(data: PushData | undefined, origin: string): string {
  const url =
    data?.navigate !== undefined && URL.canParse(data.navigate) ? new URL(data.navigate) : undefined;
  if (url !== undefined && (url.protocol === 'https:' || url.origin === origin)) return url.href;
  return data === undefined ? `${origin}/` : `${origin}/a/${encodeURIComponent(data.id)}`;
}
