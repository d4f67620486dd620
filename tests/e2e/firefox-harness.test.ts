import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateVAPIDKeys, sendNotification } from 'web-push';
import { startFirefox, type Firefox } from '../support/firefox.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import type { SubscriptionJson } from '../support/push-service/virtual.ts';

const vapid = generateVAPIDKeys();
const closers: (() => Promise<void> | void)[] = [];
let service: PushService;
let firefox: Firefox;
let site: string;

beforeAll(async () => {
  service = await startPushService();
  closers.push(() => service.stop());
  site = await servePages();
  firefox = await startFirefox(service.webSocketUrl);
  closers.push(() => firefox.stop());
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

async function servePages(): Promise<string> {
  const page = new URL('../support/fixtures/push-page/index.html', import.meta.url);
  const worker = new URL('../support/fixtures/push-page/sw.js', import.meta.url);
  const server = createServer((request, response) => {
    const forWorker = request.url === '/sw.js';
    response.setHeader('content-type', forWorker ? 'text/javascript' : 'text/html');
    void readFile(forWorker ? worker : page).then((text) => response.end(text));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function subscribe(): Promise<{ page: Page; subscription: SubscriptionJson }> {
  const page = await firefox.newReader();
  await page.goto(site);
  const subscription = (await page.evaluate(`subscribe('${vapid.publicKey}')`)) as SubscriptionJson;
  return { page, subscription };
}

async function send(to: SubscriptionJson, message: object): Promise<number> {
  const agent = new Agent({ ca: service.ca });
  const vapidDetails = { subject: 'mailto:desk@news.example', ...vapid };
  try {
    const options = { vapidDetails, TTL: 60, agent };
    return (await sendNotification(to, JSON.stringify(message), options)).statusCode;
  } catch (error) {
    return (error as { statusCode: number }).statusCode;
  } finally {
    agent.destroy();
  }
}

const heard = (page: Page): Promise<unknown> => page.evaluate('heard');

test('Firefox decrypts a push, shows it right to left, and a click reaches the service worker', async () => {
  const { page, subscription } = await subscribe();
  expect(new URL(subscription.endpoint).origin).toBe(service.origin);
  const url = `${site}/a/1`;
  const message = { title: 'عاجل: قمة', body: 'نص', lang: 'ar', dir: 'rtl', data: { url } };
  expect(await send(subscription, message)).toBe(201);
  const shown = await firefox.waitForNotification(({ title }) => title === message.title);
  expect(shown).toMatchObject({ body: 'نص', lang: 'ar', dir: 'rtl' });
  await expect.poll(() => heard(page)).toEqual([{ type: 'shown', title: message.title }]);
  await shown.click();
  await expect
    .poll(() => heard(page))
    .toContainEqual({ type: 'clicked', title: message.title, trusted: true });
  await expect
    .poll(async () => (await page.browserContext().pages()).map((open) => open.url()))
    .toContain(url);
  expect(await service.browserAnswers()).toEqual([
    { endpoint: subscription.endpoint, type: 'ack', code: 100 },
  ]);
});

test('readers have subscriptions of their own', async () => {
  const [one, two] = [await subscribe(), await subscribe()];
  expect(one.subscription.endpoint).not.toBe(two.subscription.endpoint);
  await send(two.subscription, { title: 'only two', data: {} });
  await expect.poll(() => heard(two.page)).toEqual([{ type: 'shown', title: 'only two' }]);
  expect(await heard(one.page)).toEqual([]);
});

test('an unsubscription and an expiry make the endpoint gone; the worker is told of an expiry', async () => {
  const [one, two] = [await subscribe(), await subscribe()];
  await one.page.evaluate(
    'navigator.serviceWorker.ready.then((r) => r.pushManager.getSubscription()).then((s) => s.unsubscribe())',
  );
  await expect.poll(() => send(one.subscription, { title: 'nobody', data: {} })).toBe(410);
  await service.expireBrowsers();
  await expect
    .poll(() => heard(two.page), { timeout: 5000 })
    .toEqual([{ type: 'changed', before: two.subscription.endpoint, after: null }]);
  expect(await send(two.subscription, { title: 'nobody', data: {} })).toBe(410);
});
