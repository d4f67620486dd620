import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import type { SubscriptionJson } from '../support/push-service/virtual.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { stubSubscribe } from '../support/stubbed-subscribe.ts';

// The message is the one that our sender made; the push service of the test decrypts it, and the devtools hand it to the
// real service worker as Chromium's push client would.

let service: PushService;
let stack: Stack;
let chromium: Chromium;
let subscription: SubscriptionJson;
let reader: BrowserContext;
let page: Page;
let devtools: CDPSession;
let registrationId: string;

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium] = await Promise.all([startStack({ pushServices: [service] }), startChromium()]);
  subscription = await service.createSubscription({ applicationServerKey: stack.vapidPublicKey });
  reader = await chromium.newBrowser({ reducedMotion: 'reduce', permissions: ['notifications'] });
  await stubSubscribe(reader, subscription);
  page = await reader.newPage();
  devtools = await reader.newCDPSession(page);
  const registered = new Promise<string>((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const [registration] = registrations;
      if (registration !== undefined) resolve(registration.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  await page.goto(stack.origin);
  await page.getByRole('button', { name: 'فعّل الإشعارات' }).click();
  await page.locator('ajil-notifications .card.on').waitFor();
  registrationId = await registered;
  // A message that comes while the worker is not yet active may be dropped by the devtools.
  await page.evaluate(`navigator.serviceWorker.ready.then(({ active }) => new Promise((done) => {
    const look = () => active.state === 'activated' && done();
    active.addEventListener('statechange', look);
    look();
  }))`);
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

/** The messages that came for this reader, oldest first. */
const messages = async (): Promise<string[]> =>
  (await service.received(subscription.endpoint)).map(({ payload }) => payload);

async function nextMessage(send: () => Promise<unknown>): Promise<string> {
  const before = (await messages()).length;
  await send();
  await expect.poll(async () => (await messages()).length, { timeout: 10_000 }).toBe(before + 1);
  return (await messages()).at(-1) ?? '';
}

const deliver = (data: string): Promise<unknown> =>
  devtools.send('ServiceWorker.deliverPushMessage', { origin: stack.origin, registrationId, data });

interface Standing {
  readonly title: string;
  readonly body: string;
  readonly dir: string;
  readonly lang: string;
  readonly tag: string;
  readonly icon: string;
  readonly silent: boolean;
  readonly version: number | undefined;
}

/** The notifications that stand on the reader's screen. */
const standing = (): Promise<Standing[]> =>
  page.evaluate(`navigator.serviceWorker.ready
    .then((registration) => registration.getNotifications())
    .then((all) => all.map(({ title, body, dir, lang, tag, icon, silent, data }) =>
      ({ title, body, dir, lang, tag, icon, silent, version: data?.version })))`);

/** Delivers a message. @returns what the worker tells the page of it */
async function toldOf(message: string): Promise<unknown> {
  const { notification } = JSON.parse(message) as {
    notification: { data: { id: string; version: number } };
  };
  const { id, version } = notification.data;
  await page.evaluate(`{
    globalThis.told = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('message', ({ data }) => {
        if (data.id === '${id}' && data.version === ${version}) resolve(data);
      });
    });
    undefined; // or this call would wait for it
  }`);
  await deliver(message);
  return page.evaluate('told');
}

const clear = (): Promise<unknown> =>
  page.evaluate(`navigator.serviceWorker.ready
    .then((registration) => registration.getNotifications())
    .then((all) => all.forEach((shown) => shown.close()))`);

test('a delivered push is shown with title, direction, language, tag and icon, and its receipt is counted', async () => {
  const fields = { headline: 'الثلوج تقطع الطريق الجبلي', body: 'الدفاع المدني ينصح بالتريث.' };
  let id = '';
  const message = await nextMessage(async () => {
    ({ id } = await stack.api.createAlert(fields));
  });
  await deliver(message);
  await expect.poll(standing, { timeout: 30_000 }).toEqual([
    {
      title: fields.headline,
      body: fields.body,
      dir: 'rtl',
      lang: 'ar',
      tag: id,
      icon: `${stack.origin}/icon-192.png`,
      silent: false,
      version: 1,
    },
  ]);
  await stack.api.waitForReport(id, ({ receipts }) => receipts.shown === 1);
  await clear();
});

test('the device remembers what it showed, and the notification leads to fewer of its kind', async () => {
  let id = '';
  const message = await nextMessage(async () => {
    ({ id } = await stack.api.createAlert({ headline: 'سوق القمح تفتح على ارتفاع' }));
  });
  await deliver(message);
  await expect.poll(standing).toMatchObject([{ tag: id }]);
  const actions = `navigator.serviceWorker.ready
    .then((registration) => registration.getNotifications())
    .then(([shown]) => shown.actions)`;
  expect(await page.evaluate(actions)).toMatchObject([{ action: 'fewer', title: 'إشعارات أقل' }]);
  const notes = `caches.match('/shown', { cacheName: 'ajil-notes' }).then((stored) => stored?.json())`;
  await expect
    .poll(() => page.evaluate(notes))
    .toMatchObject([
      { id, title: 'سوق القمح تفتح على ارتفاع', lang: 'ar', dir: 'rtl', url: `${stack.origin}/a/${id}` },
      {},
    ]);
  await clear();
});

test('an older version that comes late does not replace a newer one, and is not counted as shown', async () => {
  let id = '';
  const first = await nextMessage(async () => {
    ({ id } = await stack.api.createAlert({ headline: 'سبعة جرحى في الحريق' }));
  });
  const correction = await nextMessage(() =>
    stack.api.asEditor(`/v1/alerts/${id}/versions`, {
      method: 'POST',
      body: { change: 'correction', headline: 'جريحان في الحريق', note: 'رقم أولي خاطئ' },
    }),
  );
  await deliver(correction);
  await expect.poll(standing).toMatchObject([{ title: 'تصحيح: جريحان في الحريق', version: 2 }]);
  expect(await toldOf(first)).toEqual({ type: 'overtaken', id, version: 1 });
  expect(await standing()).toMatchObject([
    { title: 'تصحيح: جريحان في الحريق', body: 'رقم أولي خاطئ', tag: id, version: 2, silent: true },
  ]);
  expect((await stack.api.asEditor(`/v1/alerts/${id}/report?version=1`)).body).toMatchObject({
    receipts: { shown: 0 },
  });
  await clear();
});

test('of a story one notification stands; a correction of an older alert and a late one stand beside it; a button leaves it', async () => {
  const named = { name: 'حرائق الغابات', lang: 'ar' };
  const { body } = await stack.api.asEditor('/v1/stories', { method: 'POST', body: named });
  const story = (body as { id: string }).id;
  const ids: string[] = [];
  const send = (headline: string): Promise<string> =>
    nextMessage(async () => {
      ids.push((await stack.api.createAlert({ headline, story })).id);
    });
  const first = await send('إخلاء ثلاث قرى');
  const second = await send('إخلاء قرية رابعة');
  const correct = { change: 'correction', headline: 'إخلاء قريتين', note: 'بقيت الثالثة' };
  const correction = await nextMessage(() =>
    stack.api.asEditor(`/v1/alerts/${ids[0]}/versions`, { method: 'POST', body: correct }),
  );
  await deliver(first);
  await expect.poll(standing).toMatchObject([{ title: 'إخلاء ثلاث قرى', tag: story }]);
  await deliver(second);
  await expect.poll(standing).toMatchObject([{ title: 'إخلاء قرية رابعة', tag: story }]);
  await deliver(correction);
  const both = [
    { title: 'إخلاء قرية رابعة', tag: story, version: 1 },
    { title: 'تصحيح: إخلاء قريتين', tag: ids[0], version: 2 },
  ];
  const sorted = async (): Promise<Standing[]> =>
    (await standing()).toSorted((a, b) => (a.title < b.title ? -1 : 1));
  await expect.poll(sorted).toMatchObject(both);
  // The first comes again, late: its correction stays.
  expect(await toldOf(first)).toEqual({ type: 'overtaken', id: ids[0], version: 1 });
  expect(await sorted()).toMatchObject(both);
  await clear();

  await toldOf(second);
  await toldOf(first);
  await expect.poll(sorted).toMatchObject([
    { title: 'إخلاء ثلاث قرى', tag: ids[0] },
    { title: 'إخلاء قرية رابعة', tag: story },
  ]);
  await page.reload();
  await page.getByRole('heading', { name: 'قصص تتابعها' }).waitFor();
  await press('leave', story);
  await expect.poll(() => page.getByRole('heading', { name: 'قصص تتابعها' }).count()).toBe(0);
  const third = await stack.api.createAlert({ headline: 'السيطرة على الحريق', story });
  await stack.api.waitForReport(third.id, ({ status, audience }) => status === 'sent' && audience === 0);
  await clear();
});

/** Presses a notification's button, as Chromium tells its worker. */
async function press(action: string, tag: string): Promise<void> {
  const [worker] = reader.serviceWorkers();
  if (worker === undefined) throw new Error('no service worker');
  await worker.evaluate(`self.registration.getNotifications({ tag: '${tag}' }).then(([notification]) =>
    void self.dispatchEvent(new NotificationEvent('notificationclick', { notification, action: '${action}' })))`);
}

test.each(['', 'not JSON', '{"web_push":8030,"notification":{"dir":"sideways"}}', '{"notification":null}'])(
  'something is shown for the broken message %j',
  async (broken) => {
    await deliver(broken);
    await expect.poll(standing).toMatchObject([{ title: 'عاجل', dir: 'rtl', lang: 'ar' }]);
    await clear();
  },
);
