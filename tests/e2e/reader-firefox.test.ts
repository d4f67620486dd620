import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import webPush from 'web-push';
import { startFirefox, type Firefox } from '../support/firefox.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';

// The whole line for real: our page, Firefox's own push client, encryption and notifications; only the push service is ours.

const POLL = { timeout: 10_000 };
let service: PushService;
let stack: Stack;
let firefox: Firefox;

beforeAll(async () => {
  service = await startPushService();
  [stack, firefox] = await Promise.all([
    startStack({ pushServices: [service] }),
    startFirefox(service.webSocketUrl),
  ]);
});
afterAll(async () => {
  await firefox?.stop();
  await stack?.stop();
  await service?.stop();
});

/** What the page and the service worker remember of the subscription. */
interface SubscriptionRecord {
  readonly id: string;
  readonly auth: string;
  readonly endpoint: string | null;
}

const recordOf = (page: Page): Promise<SubscriptionRecord | undefined> =>
  page.evaluate(`(async () => {
    const stored = await (await caches.open('ajil-subscription')).match('/subscription');
    const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
    return stored && { ...(await stored.json()), endpoint: subscription?.endpoint ?? null };
  })()`) as Promise<SubscriptionRecord | undefined>;

/** A reader of their own who has pressed our button, after ticking another topic if told to. */
async function newSubscriber(topic?: string): Promise<{ page: Page; record: SubscriptionRecord }> {
  const page = await firefox.newReader();
  await page.goto(stack.origin);
  if (topic !== undefined) {
    await page.locator('ajil-notifications summary').click();
    await page.locator(`ajil-notifications input[value=${topic}]`).click();
  }
  await page.locator('ajil-notifications button.main').click();
  await page.locator('ajil-notifications .card.on').wait();
  const record = await recordOf(page);
  if (record === undefined) throw new Error('nothing is remembered of the subscription');
  return { page, record };
}

async function addVersion(id: string, body: object): Promise<void> {
  const { status } = await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body });
  expect(status).toBe(201);
}

test('an editor’s POST becomes a notification right to left, its click opens the alert, and the report adds up', async () => {
  const { page, record } = await newSubscriber();
  expect(new URL(record.endpoint ?? '').origin).toBe(service.origin);
  expect((await stack.api.asReader(record.id, record.auth)).body).toMatchObject({
    topics: ['politics', 'world'],
    urgency: 'urgent',
    lang: 'ar',
  });

  const headline = 'إعادة فتح المطار أمام الرحلات الدولية';
  const { id } = await stack.api.createAlert({ headline, body: 'أول رحلة تهبط مساء اليوم.' });
  const shown = await firefox.waitForNotification(({ title }) => title === headline);
  expect(shown).toMatchObject({ body: 'أول رحلة تهبط مساء اليوم.', lang: 'ar', dir: 'rtl' });
  await stack.api.waitForReport(id, ({ receipts }) => receipts.shown === 1);

  await shown.click();
  const opened = await page
    .browserContext()
    .waitForTarget((target) => target.url() === `${stack.origin}/a/${id}`);
  const alertPage = (await opened.page())!;
  await alertPage.locator('h1').wait();
  expect(await alertPage.evaluate('document.querySelector("h1").textContent')).toBe(headline);
  const report = await stack.api.waitForReport(id, ({ receipts }) => receipts.opened === 1);
  expect(report).toMatchObject({
    audience: 1,
    outcomes: { pending: 0, accepted: 1, gone: 0, rejected: 0, failed: 0, expired: 0 },
    receipts: { shown: 1, opened: 1 },
  });
  expect(await service.browserAnswers()).toContainEqual({
    endpoint: record.endpoint,
    type: 'ack',
    code: 100,
  });
});

test('a correction takes the place of what was shown before, and so does a retraction', async () => {
  await newSubscriber('sport');
  const shown = async (): Promise<string[]> =>
    (await firefox.notifications()).map(({ title }) => title).filter((title) => title.includes('النهائي'));
  const { id } = await stack.api.createAlert({ headline: 'النهائي يوم الخميس', topics: ['sport'] });
  await expect.poll(shown, POLL).toEqual(['النهائي يوم الخميس']);
  await addVersion(id, { change: 'correction', headline: 'النهائي يوم الجمعة', note: 'أخطأنا في اليوم' });
  await expect.poll(shown, POLL).toEqual(['تصحيح: النهائي يوم الجمعة']);
  await addVersion(id, { change: 'retraction', note: 'لم يتحدد الموعد بعد' });
  await expect.poll(shown, POLL).toEqual(['خبر مسحوب: النهائي يوم الجمعة']);
});

test('turning notifications off removes the subscription in the browser and at the server', async () => {
  const { page, record } = await newSubscriber();
  expect((await stack.api.asReader(record.id, record.auth)).status).toBe(200);
  await page.locator('ajil-notifications .card.on .buttons button:not(.main)').click();
  await page.locator('ajil-notifications .card:not(.on)').wait();
  expect((await stack.api.asReader(record.id, record.auth)).status).toBe(404);
  expect(await recordOf(page)).toBeUndefined();
});

test('when the push service forgets a reader, the service worker subscribes anew and the alerts go on', async () => {
  const { page, record } = await newSubscriber();
  await service.expireBrowsers();
  await expect
    .poll(async () => (await recordOf(page))?.id, POLL)
    .toSatisfy((id) => typeof id === 'string' && id !== record.id);
  const renewed = (await recordOf(page))!;
  expect((await stack.api.asReader(renewed.id, renewed.auth)).body).toMatchObject({
    topics: ['politics', 'world'],
    urgency: 'urgent',
    lang: 'ar',
  });
  await expect.poll(async () => (await stack.api.asReader(record.id, record.auth)).status).toBe(404);
  await stack.api.createAlert({ headline: 'ما زلت هنا' });
  await firefox.waitForNotification(({ title }) => title === 'ما زلت هنا');
});

test('a visit brings back a subscription that the server lost, and replaces one made with another VAPID key', async () => {
  const { page, record } = await newSubscriber();
  await stack.api.asReader(record.id, record.auth, 'DELETE');
  await page.reload();
  await expect.poll(async () => (await stack.api.asReader(record.id, record.auth)).status, POLL).toBe(200);

  const { publicKey } = webPush.generateVAPIDKeys();
  await page.evaluate(`(async () => {
    const { pushManager } = await navigator.serviceWorker.ready;
    await (await pushManager.getSubscription()).unsubscribe();
    await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: '${publicKey}' });
  })()`);
  await page.reload();
  await expect
    .poll(async () => (await recordOf(page))?.id, POLL)
    .toSatisfy((id) => typeof id === 'string' && id !== record.id);
  const renewed = (await recordOf(page))!;
  expect(renewed.endpoint).not.toBeNull();
  expect((await stack.api.asReader(renewed.id, renewed.auth)).status).toBe(200);
  await expect.poll(async () => (await stack.api.asReader(record.id, record.auth)).status, POLL).toBe(404);
  await stack.api.createAlert({ headline: 'بالمفتاح الجديد' });
  await expect.poll(() => service.browserPosts(renewed.endpoint ?? ''), POLL).toBe(1);
});
