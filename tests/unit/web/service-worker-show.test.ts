import { expect, test } from 'vitest';
import type { Shown } from '../../../src/web/service-worker/push-message.ts';

/** Its types are those of a service worker, which are not ours: it is loaded without them. */
const FILE = new URL('../../../src/web/service-worker/show.ts', import.meta.url).pathname;
const { show } = (await import(FILE)) as {
  show(registration: object, message: Shown): Promise<string>;
};

test('a browser that cannot say what stands on the screen shows the message all the same', async () => {
  const shown: string[] = [];
  const registration = {
    getNotifications: () => Promise.reject(new Error('the notification database is damaged')),
    showNotification: async (title: string) => void shown.push(title),
  };
  const data = { id: 'a', version: 1, change: 'new', urgency: 'urgent', receipt: 'r', navigate: '' } as const;
  const options = { lang: 'ar', dir: 'rtl', icon: '', badge: '', tag: 'a', data } as const;
  const message: Shown = { title: 'عاجل', options };
  expect(await show(registration, message)).toBe('shown');
  expect(shown).toEqual(['عاجل']);
});
