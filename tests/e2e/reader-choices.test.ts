import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import type { SubscriptionJson } from '../support/push-service/virtual.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { stubSubscribe } from '../support/stubbed-subscribe.ts';

let service: PushService;
let stack: Stack;
let chromium: Chromium;
let subscription: SubscriptionJson;
let reader: BrowserContext;
let page: Page;

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium] = await Promise.all([startStack({ pushServices: [service] }), startChromium()]);
  subscription = await service.createSubscription({ applicationServerKey: stack.vapidPublicKey });
  reader = await chromium.newBrowser({ reducedMotion: 'reduce', permissions: ['notifications'] });
  await stubSubscribe(reader, subscription);
  page = await reader.newPage();
  await page.goto(stack.origin);
  await page.getByRole('button', { name: 'فعّل الإشعارات' }).click();
  await page.locator('.card.on').waitFor();
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

const RECORD = `caches.open('ajil-subscription').then((cache) => cache.match('/subscription')).then((stored) => stored?.json())`;

async function atServer(): Promise<unknown> {
  const { id } = await page.evaluate<{ id: string }>(RECORD);
  return (await stack.api.asReader(id, subscription.keys.auth)).body;
}

/** @param name a part of it, or a whole number */
const option = (name: string) =>
  page.locator('.card .option', { hasText: /^\d+$/.test(name) ? new RegExp(`^\\s*${name}\\s*$`) : name });

async function choose(name: string): Promise<void> {
  await option(name).click();
  await page.getByText('حُفظت اختياراتك.').waitFor();
}

test('each choice acts at once, and is told', async () => {
  await choose('اقتصاد');
  expect(await atServer()).toMatchObject({ topics: ['economy', 'politics', 'world'] });
  await choose('الأهم فقط');
  await choose('كل اللغات');
  expect(await atServer()).not.toHaveProperty('lang');
  await choose('أريد ساعات بلا إشعارات');
  const night = { start: '23:00', end: '07:00', timeZone: 'Asia/Riyadh', flash: true };
  expect(await atServer()).toMatchObject({ urgency: 'flash', quietHours: night });
  await page.getByText('توقيت المملكة العربية السعودية').waitFor();
  await page.locator('select[name=quiet-start]').selectOption('22:30');
  await choose('فلتوقظني');
  expect(await atServer()).toMatchObject({ quietHours: { ...night, start: '22:30', flash: false } });
  await choose('3');
  expect(await atServer()).toMatchObject({ dailyCap: 3 });
});

test('a choice that cannot be saved is undone and told, and the last topic stays', async () => {
  await reader.setOffline(true);
  await option('5').click();
  await page.getByText('لم يُحفظ التغيير').waitFor();
  expect(await page.getByRole('radio', { name: '3', exact: true }).isChecked()).toBe(true);
  await reader.setOffline(false);
  for (const topic of ['اقتصاد', 'سياسة']) await choose(topic);
  await option('العالم').click();
  await page.getByText('اختر موضوعًا واحدًا على الأقل.').waitFor();
  expect(await page.getByRole('checkbox', { name: 'العالم' }).isChecked()).toBe(true);
  expect(await atServer()).toMatchObject({ topics: ['world'], dailyCap: 3 });
});

test('a reader who travels is asked once whether hours and days follow', async () => {
  const elsewhere = { start: '22:30', end: '06:30', timeZone: 'America/New_York' };
  await page.evaluate(`(async () => {
    const record = await ${RECORD};
    record.preferences.quietHours = ${JSON.stringify(elsewhere)};
    await (await caches.open('ajil-subscription')).put('/subscription', Response.json(record));
  })()`);
  await page.reload();
  await page.getByRole('button', { name: 'اتبع توقيت هذا الجهاز' }).click();
  await page.getByText('حُفظت اختياراتك.').waitFor();
  expect(await atServer()).toMatchObject({ quietHours: { ...elsewhere, timeZone: 'Asia/Riyadh' } });
  expect(await page.getByRole('button', { name: 'اتبع توقيت هذا الجهاز' }).count()).toBe(0);
});

test('a subscription of an older page takes the new choices; one that the server lost is made again with them', async () => {
  const { id } = await page.evaluate<{ id: string }>(RECORD);
  const { auth } = subscription.keys;
  await page.evaluate(`caches.open('ajil-subscription').then((cache) => cache.put('/subscription',
    Response.json({ id: '${id}', auth: '${auth}', preferences: { topics: ['world'], urgency: 'urgent', lang: 'ar' } })))`);
  await page.reload();
  await page.locator('.card.on').waitFor();
  await choose('1');
  expect(await atServer()).toMatchObject({ topics: ['world'], urgency: 'urgent', lang: 'ar', dailyCap: 1 });
  expect((await stack.api.asReader(id, auth, 'DELETE')).status).toBe(204);
  await choose('10');
  expect(await atServer()).toMatchObject({ topics: ['world'], dailyCap: 10 });
});

test('from a notification to fewer of its kind: one tap each, and another takes it back', async () => {
  const { id } = await stack.api.createAlert({ headline: 'خبر كثير', topics: ['world', 'sport'] });
  await choose('رياضة');
  await page.goto(`${stack.origin}/?fewer=${id}`);
  await page.locator('#fewer-title:focus').waitFor();
  const tap = async (name: string, pressed: boolean): Promise<void> => {
    await page.getByRole('button', { name }).click();
    await page.getByRole('button', { name, pressed }).waitFor();
    await page.getByText('حُفظت اختياراتك.').waitFor();
  };
  await tap('بلا أخبار رياضة', true);
  await tap('هدوء في الليل', true);
  await tap('الأخبار الأهم فقط', true);
  expect(await page.getByRole('button', { name: 'بلا أخبار العالم' }).count()).toBe(0);
  const quietHours = { start: '23:00', end: '07:00' };
  expect(await atServer()).toMatchObject({ topics: ['world'], urgency: 'flash', quietHours });
  await tap('الأخبار الأهم فقط', false);
  await tap('بلا أخبار رياضة', false);
  expect(await atServer()).toMatchObject({ topics: ['sport', 'world'], urgency: 'urgent', quietHours });
});

test('the next visit shows what was held, counts it in the title, and marks it', async () => {
  await page.goto(stack.origin);
  await page.locator('.line.live').waitFor();
  const shown = await stack.api.createAlert({ headline: 'خبر وصل إشعاره', topics: ['world'] });
  await page.locator('.alerts', { hasText: 'خبر وصل إشعاره' }).waitFor();
  // The page remembers that its reader was there.
  const visited = `caches.open('ajil-notes').then((cache) => cache.match('/visit')).then((visit) => visit.json())`;
  await expect
    .poll(async () => (await page.evaluate<{ atMs: number }>(visited)).atMs)
    .toBeGreaterThanOrEqual(Date.parse(shown.createdAt));
  await page.goto('about:blank');
  const held = await stack.api.createAlert({ headline: 'خبر حُبس في الليل', topics: ['world'] });
  const later = await stack.api.createAlert({ headline: 'خبر سيُسحب', topics: ['world'] });
  await stack.api.createAlert({ headline: 'خبر لم يُطلب', topics: ['technology'] });
  await page.goto(stack.origin);
  const missed = page.locator('.missed');
  await missed.getByRole('link', { name: 'خبر حُبس في الليل' }).waitFor();
  expect(await missed.locator('li').count()).toBe(2);
  expect(await page.title()).toMatch(/^\(2\) /);
  expect(await page.locator(`[data-alert="${held.id}"] .unread-mark`).count()).toBe(1);
  expect(await page.locator(`[data-alert="${shown.id}"] .unread-mark`).count()).toBe(0);
  const retraction = { change: 'retraction', note: 'لم يتأكد' };
  await stack.api.asEditor(`/v1/alerts/${later.id}/versions`, { method: 'POST', body: retraction });
  await missed.getByRole('link', { name: 'خبر سيُسحب' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'اطلعتُ عليها' }).click();
  await missed.waitFor({ state: 'detached' });
  expect(await page.title()).not.toContain('(');
  await page.reload();
  await page.locator('.line.live').waitFor();
  expect(await missed.count()).toBe(0);
});

test('an alert is passed on by its own page: as a link where the system has no sheet', async () => {
  await reader.grantPermissions(['notifications', 'clipboard-read', 'clipboard-write']);
  await page.evaluate('delete Navigator.prototype.share');
  await page.getByRole('button', { name: 'شارك الخبر: خبر حُبس في الليل' }).click();
  await page.getByText('نُسخ رابط الخبر.').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/\/a\/[0-9a-z]{26}$/);
});

test('one tap ends it all and erases it', async () => {
  const { id } = await page.evaluate<{ id: string }>(RECORD);
  await page.getByRole('button', { name: 'أوقف الإشعارات' }).click();
  await page.getByText('ومُحي كل ما حُفظ عنه').waitFor();
  expect((await stack.api.asReader(id, subscription.keys.auth)).status).toBe(404);
  expect(await page.evaluate('caches.keys()')).not.toContain('ajil-subscription');
});

test('without a network the service worker’s page says what is known, and opens the page again by itself', async () => {
  await page.evaluate(`caches.open('ajil-notes').then((cache) => cache.put('/shown', Response.json([
    { id: 'a', title: 'خبر <معروف>', lang: 'ar', dir: 'rtl', url: 'https://news.example/', atMs: Date.now() },
  ])))`);
  await page.goto(stack.origin);
  await stack.kill('server', 'SIGKILL');
  await page.goto(`${stack.origin}/?topic=world`).catch(() => undefined);
  await page.getByRole('heading', { name: 'لا يوجد اتصال بالشبكة' }).waitFor();
  await page.getByRole('link', { name: 'خبر <معروف>' }).waitFor();
  await stack.restart('server');
  await page.evaluate("dispatchEvent(new Event('online'))");
  await page.locator('.line.live').waitFor();
  expect(new URL(page.url()).search).toBe('?topic=world');
});
