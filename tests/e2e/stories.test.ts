import type { BrowserContext } from 'playwright-core';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { PHONE, startChromium, type Chromium } from '../support/chromium.ts';
import { openDeskAs, setUndoSeconds, type DeskPage } from '../support/desk-page.ts';
import { startFirefox, type Firefox } from '../support/firefox.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';

// From the editor at the desk to the notification in a real Firefox, with its own encryption.

const NAME = 'زلزال في شرق تركيا';
const POLL = { timeout: 15_000 };
let service: PushService;
let stack: Stack;
let chromium: Chromium;
let firefox: Firefox;
let context: BrowserContext;
let desk: DeskPage;
let reader: Page;

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium, firefox] = await Promise.all([
    startStack({ pushServices: [service] }),
    startChromium(),
    startFirefox(service.webSocketUrl),
  ]);
  await setUndoSeconds(stack, 0);
  context = await chromium.newBrowser();
  desk = await openDeskAs(context, stack, stack.adminKey);
  reader = await firefox.newReader();
  await reader.goto(stack.origin);
  await reader.locator('ajil-notifications button.main').click();
  await reader.locator('ajil-notifications .card.on').wait();
});
afterAll(async () => {
  await firefox?.stop();
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

const titles = async (): Promise<string[]> =>
  (await firefox.notifications()).map(({ title }) => title).toSorted();

/** @returns the id of the alert, and what the last question said */
async function send(headline: string, escalates = false): Promise<{ id: string; asked: string }> {
  await desk.write({ headline });
  await desk.page.locator('[name="story"]').selectOption({ label: NAME });
  if (escalates) await desk.page.locator('[name="escalate"]').check();
  await desk.page.locator('.reach b').getByText('الآن').waitFor();
  const question = await desk.review();
  await question.locator('.goes').getByText(NAME).waitFor();
  const asked = await question.locator('.goes').last().innerText();
  return { id: await desk.confirm(), asked };
}

test('an editor starts a story where the first alert is written, and its follow-up replaces the notification', async () => {
  const { page } = desk;
  await desk.write({ headline: 'هزة بقوة 6.1 درجات' });
  await page.locator('[name="story"]').selectOption('new');
  await page.locator('[name="storyName"]:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('اكتب الاسم في سطر واحد').waitFor();
  await page.locator('[name="storyName"]').fill(NAME);
  await page.keyboard.press('Enter');
  await page.locator('[name="story"]:focus').waitFor();
  expect(await page.locator('[name="escalate"]').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  const question = await desk.review();
  await question.getByText(`ومن يصله يتابع قصة «\u2068${NAME}\u2069»`).waitFor();
  await desk.confirm();
  await expect.poll(titles, POLL).toEqual(['هزة بقوة 6.1 درجات']);

  const second = await send('هزة ارتدادية بقوة 5.2');
  expect(second.asked).toContain('خبر لاحق في قصة');
  await expect.poll(titles, POLL).toEqual(['هزة ارتدادية بقوة 5.2']);
  await page.getByRole('link', { name: 'هزة ارتدادية بقوة 5.2' }).getByText(NAME).waitFor();
});

test('a correction of the first alert stands beside the newer one', async () => {
  const { body } = await stack.api.asEditor('/v1/alerts?q=6.1');
  const [{ id } = { id: '' }] = (body as { alerts: { id: string }[] }).alerts;
  const correction = { change: 'correction', headline: 'هزة بقوة 6.3 درجات', note: 'قياس أدق' };
  await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body: correction });
  await expect.poll(titles, POLL).toEqual(['هزة ارتدادية بقوة 5.2', 'تصحيح: هزة بقوة 6.3 درجات'].toSorted());
});

test('a reader leaves a story by one tap, gets no follow-up, and what is sent to everybody', async () => {
  const { id } = await send('فرق الإنقاذ تصل');
  await firefox.waitForNotification(({ title }) => title === 'فرق الإنقاذ تصل');
  await reader.goto(`${stack.origin}/a/${id}`);
  const button = reader.locator('.follow button');
  await button.click();
  await expect.poll(() => reader.$eval('.follow button', (one) => one.textContent)).toBe('تابع هذه القصة');
  const unheard = await send('الإنقاذ يعمل طوال الليل');
  expect(unheard.asked).toContain('لا أحد يتابع قصة');
  await stack.api.waitForReport(unheard.id, ({ status, audience }) => status === 'sent' && audience === 0);
  const escalated = await send('إعلان الطوارئ في ثلاث محافظات', true);
  expect(escalated.asked).not.toContain('خبر لاحق');
  await firefox.waitForNotification(({ title }) => title === 'إعلان الطوارئ في ثلاث محافظات');
  expect(await titles()).not.toContain('الإنقاذ يعمل طوال الليل');

  await button.click();
  await expect.poll(() => reader.$eval('.follow button', (one) => one.textContent)).toBe('ألغِ متابعة القصة');
  await send('انتهاء عمليات البحث');
  await firefox.waitForNotification(({ title }) => title === 'انتهاء عمليات البحث');
  await reader.goto(stack.origin);
  await reader.locator('.followed button').click();
  await expect
    .poll(() => reader.$eval('.followed [role=status]', (one) => one.textContent))
    .toContain('ألغيتَ متابعة القصة');
});

test('an editor renames a story and ends it, by keyboard, and the pages are sound on a phone', async () => {
  const { page } = desk;
  await page.goto(`${stack.origin}/desk#/stories`);
  await page.locator('h1:focus').getByText('القصص').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.locator('form[data-story] [name="name"]').fill('زلزال تركيا');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'زلزال تركيا' }).waitFor();
  const href =
    (await page.getByRole('link', { name: 'أخبارها كما يراها القرّاء' }).getAttribute('href')) ?? '';
  await page.getByRole('button', { name: 'أنهِ القصة…' }).press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByText('لا قصص مفتوحة').waitFor();

  const phone = await chromium.newBrowser({ ...PHONE, viewport: { width: 360, height: 740 } });
  const small = await phone.newPage();
  await small.goto(stack.origin + href);
  await small.getByRole('heading', { name: 'زلزال تركيا' }).waitFor();
  expect(await violations(small)).toEqual([]);
  await small.getByRole('link', { name: 'إعلان الطوارئ في ثلاث محافظات' }).first().click();
  await small.getByRole('link', { name: 'كل أخبار هذه القصة' }).waitFor();
  expect(await violations(small)).toEqual([]);
  const width = await small.evaluate('document.documentElement.scrollWidth');
  expect(width).toBeLessThanOrEqual(360);
  expect(desk.complaints).toEqual([]);
});
