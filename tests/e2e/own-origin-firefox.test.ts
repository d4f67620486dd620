import { Agent } from 'node:https';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webPush from 'web-push';
import { startFirefox, type Firefox } from '../support/firefox.ts';
import { freePorts } from '../support/free-ports.ts';
import { startNewsSite } from '../support/news-site.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';

// The example of a publisher's site, on an origin of its own, with a service worker of its own, in a real browser.

const POLL = { timeout: 15_000 };
let service: PushService;
let stack: Stack;
let firefox: Firefox;
let site: Awaited<ReturnType<typeof startNewsSite>>;
let origin: string;

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  origin = `http://localhost:${port}`;
  service = await startPushService();
  [stack, firefox] = await Promise.all([
    startStack({ pushServices: [service], env: { ALLOWED_ORIGINS: origin } }),
    startFirefox(service.webSocketUrl),
  ]);
  site = await startNewsSite(port, stack.origin);
});
afterAll(async () => {
  await site?.stop();
  await firefox?.stop();
  await stack?.stop();
  await service?.stop();
});

interface Reader {
  readonly id: string;
  readonly auth: string;
  readonly endpoint: string | null;
}

/** What this browser knows of its subscription, on the site's own origin. */
const readerOf = (page: Page): Promise<Reader | undefined> =>
  page.evaluate(`(async () => {
    const stored = await caches.match('/subscription', { cacheName: 'ajil-subscription' });
    const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
    return stored && { ...(await stored.json()), endpoint: subscription?.endpoint ?? null };
  })()`) as Promise<Reader | undefined>;

async function openSite(): Promise<Page> {
  const page = await firefox.newReader();
  await page.goto(origin);
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  return page;
}

const BUTTON = `document.querySelector('ajil-subscribe').shadowRoot.querySelector('button')`;
const button = (page: Page): Promise<string> =>
  page.evaluate(`${BUTTON}.hidden ? '' : ${BUTTON}.textContent`) as Promise<string>;

/** A call of push.js, as the site's own script makes it. */
const call = (page: Page, expression: string): Promise<unknown> =>
  page.evaluate(`import('${stack.origin}/push.js').then((push) => push.${expression})`);

test('a reader subscribes by the site’s own worker, alerts arrive there, and leaving erases everything', async () => {
  const page = await openSite();
  await expect.poll(() => button(page), POLL).toBe('فعّل الإشعارات');
  await page.evaluate(`${BUTTON}.click()`);
  await expect.poll(() => button(page), POLL).toBe('أوقف الإشعارات');
  const reader = (await readerOf(page))!;
  expect((await stack.api.asReader(reader.id, reader.auth)).body).toMatchObject({
    topics: ['economy', 'world'],
    urgency: 'urgent',
  });
  expect(await call(page, 'preferences({ dailyCap: 3 })')).toMatchObject({ dailyCap: 3 });
  expect((await stack.api.asReader(reader.id, reader.auth)).body).toMatchObject({ dailyCap: 3 });

  const named = { name: 'ميناء جديد', lang: 'ar' };
  const { body } = await stack.api.asEditor('/v1/stories', { method: 'POST', body: named });
  const story = (body as { id: string }).id;
  await stack.api.createAlert({ headline: 'افتتاح الميناء غدًا', topics: ['sport'], story });
  await call(page, `followStory('${story}')`);
  expect(await call(page, 'stories()')).toMatchObject([{ id: story, name: 'ميناء جديد' }]);
  await call(page, `leaveStory('${story}')`);
  expect(await call(page, 'stories()')).toEqual([]);

  const headline = 'السفينة الأولى ترسو قبل موعدها';
  const { id } = await stack.api.createAlert({ headline, body: 'خمس سفن تليها.' });
  const shown = await firefox.waitForNotification(({ title }) => title === headline);
  expect(shown).toMatchObject({ body: 'خمس سفن تليها.', lang: 'ar', dir: 'rtl' });
  await stack.api.waitForReport(id, ({ receipts }) => receipts.shown === 1);
  await shown.click();
  await page.browserContext().waitForTarget((target) => target.url() === `${stack.origin}/a/${id}`);
  await stack.api.waitForReport(id, ({ receipts }) => receipts.opened === 1);

  await page.bringToFront();
  await page.evaluate(`${BUTTON}.click()`);
  await expect.poll(() => button(page), POLL).toBe('فعّل الإشعارات');
  expect((await stack.api.asReader(reader.id, reader.auth)).status).toBe(404);
  expect(await readerOf(page)).toBeUndefined();
  expect(
    await page.evaluate(
      'navigator.serviceWorker.ready.then((worker) => worker.pushManager.getSubscription())',
    ),
  ).toBeNull();
  expect(await page.evaluate('caches.keys()')).toEqual(['site-1']);
});

test('what the site’s own server sends stays with the site’s own worker', async () => {
  const page = await openSite();
  await call(page, "subscribe({ topics: ['sport'] })");
  const json = (await page.evaluate(
    'navigator.serviceWorker.ready.then((worker) => worker.pushManager.getSubscription()).then((found) => found.toJSON())',
  )) as webPush.PushSubscription;
  const { VAPID_SUBJECT = '', VAPID_PUBLIC_KEY = '', VAPID_PRIVATE_KEY = '' } = stack.env;
  await webPush.sendNotification(json, 'رسالة من الموقع نفسه', {
    agent: new Agent({ ca: service.ca }),
    TTL: 60,
    vapidDetails: { subject: VAPID_SUBJECT, publicKey: VAPID_PUBLIC_KEY, privateKey: VAPID_PRIVATE_KEY },
  });
  const own = await firefox.waitForNotification(({ body }) => body === 'رسالة من الموقع نفسه');
  expect(own.title).toBe('مرفأ');

  const headline = 'المباراة تبدأ في موعدها';
  await stack.api.createAlert({ headline, topics: ['sport'] });
  await firefox.waitForNotification(({ title }) => title === headline);
  const all = await firefox.notifications();
  expect(all.filter(({ body }) => body.includes('web_push'))).toEqual([]);
});

test('another service’s subscription is replaced only when the site asks, and without a question', async () => {
  const page = await openSite();
  const { publicKey } = webPush.generateVAPIDKeys();
  const before = await page.evaluate(`navigator.serviceWorker.ready
    .then((worker) => worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: '${publicKey}' }))
    .then(({ endpoint }) => endpoint)`);
  expect(await call(page, 'state()')).toEqual({ type: 'foreign' });
  expect(await call(page, 'subscribe({ ask: false })')).toEqual({ type: 'foreign' });
  const endpoint = `navigator.serviceWorker.ready.then((worker) => worker.pushManager.getSubscription()).then((found) => found?.endpoint)`;
  expect(await page.evaluate(endpoint)).toBe(before);
  const moved = await call(
    page,
    "subscribe({ ask: false, replace: true, topics: ['technology'], lang: 'ar' })",
  );
  expect(moved).toMatchObject({ type: 'on', preferences: { topics: ['technology'], lang: 'ar' } });
  expect(await page.evaluate(endpoint)).not.toBe(before);

  // The other service comes back and takes it: it is theirs, whatever Ajil does.
  const taken = await page.evaluate(`navigator.serviceWorker.ready.then(async ({ pushManager }) => {
    await (await pushManager.getSubscription()).unsubscribe();
    return (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: '${publicKey}' })).endpoint;
  })`);
  expect(await call(page, 'state()')).toEqual({ type: 'foreign' });
  expect(await call(page, 'unsubscribe()')).toEqual({ type: 'foreign' });
  expect(await page.evaluate(endpoint)).toBe(taken);
});

test('an imported reader is known with their choices, and one who left is not brought back', async () => {
  const page = await openSite();
  const subscription = await page.evaluate(`navigator.serviceWorker.ready
    .then((worker) => worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: '${stack.vapidPublicKey}' }))
    .then((made) => made.toJSON())`);
  expect(await call(page, 'state()')).toEqual({ type: 'off' });
  const body = { subscription, topics: ['sport'], urgency: 'flash', dailyCap: 2 };
  expect((await stack.api.call('/v1/subscriptions', { method: 'POST', body })).status).toBe(201);
  const imported = { type: 'on', preferences: { topics: ['sport'], urgency: 'flash', dailyCap: 2 } };
  expect(await call(page, 'state()')).toEqual(imported);
  expect(await call(page, 'preferences({ dailyCap: null })')).toEqual({
    topics: ['sport'],
    urgency: 'flash',
  });
  expect(await call(page, 'unsubscribe()')).toEqual({ type: 'off' });
  await page.reload();
  await expect.poll(() => button(page), POLL).toBe('فعّل الإشعارات');
  expect(await readerOf(page)).toBeUndefined();
});

test('when the push service forgets a reader, the site’s worker subscribes anew', async () => {
  const page = await openSite();
  await call(page, "subscribe({ topics: ['ukraine'] })");
  const before = (await readerOf(page))!;
  await service.expireBrowsers();
  await expect
    .poll(async () => (await readerOf(page))?.id, POLL)
    .toSatisfy((id) => typeof id === 'string' && id !== before.id);
  const renewed = (await readerOf(page))!;
  expect((await stack.api.asReader(renewed.id, renewed.auth)).body).toMatchObject({ topics: ['ukraine'] });
});
