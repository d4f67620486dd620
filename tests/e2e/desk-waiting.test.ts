import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { setUndoSeconds, type DeskPage } from '../support/desk-page.ts';
import { deskTest } from '../support/desk-test.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
  context = await chromium.newBrowser({ reducedMotion: 'reduce', timezoneId: 'Asia/Riyadh' });
});
beforeEach(() => setUndoSeconds(stack, 30));
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const test = deskTest(() => ({ stack, context, key: stack.adminKey }));

const idOf = (page: Page): string => new URL(page.url()).hash.slice(2);
const stored = async (id: string): Promise<EditorAlert> =>
  (await stack.api.asEditor(`/v1/alerts/${id}`)).body as EditorAlert;
const shownToReaders = async (id: string): Promise<number> =>
  (await stack.api.call(`/v1/alerts/${id}`)).status;
/** Writes and confirms, by keyboard. @returns the id of the alert whose page is then open */
async function send(desk: DeskPage, headline: string): Promise<string> {
  const { page } = desk;
  await desk.write({ headline });
  await desk.review();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-undo, desk-waiting, .figures').first().waitFor();
  return idOf(page);
}
/** A draft of a colleague, or of the editor at another desk. */
async function draftOf(headline: string, more: object = {}): Promise<EditorAlert> {
  const body = { headline, lang: 'ar', topics: ['world'], draft: true, ...more };
  return (await stack.api.asEditor('/v1/alerts', { method: 'POST', body })).body as EditorAlert;
}

test('a draft is saved for colleagues by one key, listed, edited and sent', async ({ desk }) => {
  const { page } = desk;
  await desk.write({ headline: 'مسودة أولى' });
  await page.locator('[name="headline"]').press('Control+s');
  await page.locator('desk-waiting').getByText('هذه مسودة').waitFor();
  const id = idOf(page);
  expect(await stored(id)).toMatchObject({ status: 'draft', headline: 'مسودة أولى' });
  expect(await shownToReaders(id)).toBe(404);

  await page.keyboard.press('4');
  await page.locator('.lists [aria-selected="true"]').getByText('المسودات').waitFor();
  await page.locator('.lists li', { hasText: 'مسودة أولى' }).getByText('أنت').waitFor();
  await page.keyboard.press('e');
  await page.locator('[name="headline"]').fill('مسودة ثانية');
  await page.locator('[name="topics"][value="sport"]').check();
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('h1:focus').getByText('مسودة ثانية').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'draft', topics: ['world', 'sport'] });

  await page.keyboard.press('s');
  const question = page.locator('dialog[open]');
  await question.locator('[data-about="topics"]').getByText('رياضة').waitFor();
  await question.locator('.main').press('Enter');
  await page.locator('desk-undo').waitFor();
  expect(await shownToReaders(id)).toBe(404);
  await page.locator('desk-undo').getByRole('button', { name: 'أرسل الآن' }).press('Enter');
  await page.locator('.figures').waitFor();
  expect(await shownToReaders(id)).toBe(200);
});

test('an edit that a colleague overtook is not saved: it shows what changed, and keeps the text', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await draftOf('إغلاق ثلاثة جسور', { body: 'في المدينة' });
  await page.evaluate(`location.hash = '#/${id}/edit'`);
  await page.locator('[name="headline"]').fill('إغلاق أربعة جسور');
  const { headers } = await stack.api.asEditor(`/v1/alerts/${id}`);
  const edit = { body: { body: 'في المدينة القديمة' }, headers: { 'If-Match': headers.get('etag') ?? '' } };
  expect((await stack.api.asEditor(`/v1/alerts/${id}`, { method: 'PATCH', ...edit })).status).toBe(200);
  await page.locator('[name="headline"]').press('Control+Enter');
  const told = page.locator('.overtaken');
  await told.getByText('غيّره زميل أو نافذة أخرى').waitFor();
  expect((await told.locator('ins').textContent())?.trim()).toBe('أُضيف: القديمة');
  await told.getByText('سيحلّ نصّك محلّ: العنوان.').waitFor();
  expect(await page.locator('[name="body"]').inputValue()).toBe('في المدينة القديمة');
  expect(await stored(id)).toMatchObject({ headline: 'إغلاق ثلاثة جسور' });
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('h1:focus').getByText('إغلاق أربعة جسور').waitFor();
  expect(await stored(id)).toMatchObject({ headline: 'إغلاق أربعة جسور', body: 'في المدينة القديمة' });
});

test('an alert is scheduled on the clock of another time zone, listed by its time, and taken off the schedule', async ({
  desk,
}) => {
  const { page } = desk;
  const year = new Date().getUTCFullYear();
  const later = new Date(Date.now() + 90 * 60_000).toISOString();
  await draftOf('موعد قريب', { draft: false, sendAt: later });
  await desk.write({ headline: 'إعلان النتائج' });
  await page.locator('[name="sendClock"]').fill(`${year}-01-01T00:00`);
  await page.locator('[name="headline"]').press('Control+Enter');
  await desk.fault('sendClock').getByText('مضى هذا الوقت').waitFor();
  const day = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
  await page.locator('[name="sendClock"]').fill(`${day}T18:00`);
  await page.locator('[name="zone"]').selectOption('Asia/Tokyo');
  await page.locator('.sendClock .hint').getByText('12:00').waitFor();
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('dialog[open]').getByText('هل تُجدول هذا الخبر؟').waitFor();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-waiting').getByText('12:00').waitFor();
  const id = idOf(page);
  expect(await stored(id)).toMatchObject({ status: 'scheduled', sendAt: `${day}T09:00:00.000Z` });

  await page.keyboard.press('3');
  await page.locator('.lists li').nth(1).waitFor();
  const listed = await page.locator('.lists .headline').allInnerTexts();
  expect(listed).toEqual(['موعد قريب', 'إعلان النتائج']);
  expect(await page.locator('.lists time').first().innerText()).toMatch(/بعد ساعة و(28|29|30) دقيقة/);
  expect(await violations(page)).toEqual([]);

  await page.keyboard.press('e');
  await page.getByRole('button', { name: 'أرسِل الآن بدل الجدولة' }).click();
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-waiting').getByText('هذه مسودة').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'draft', sendAt: null });
});

test('a send can be undone by Escape, also after a reload: nobody gets it, and the text is back, unsent', async ({
  desk,
}) => {
  const { page } = desk;
  const id = await send(desk, 'خبر أُرسل خطأً');
  expect(await stored(id)).toMatchObject({ status: 'scheduled' });
  const said = page.locator('desk-undo [role="status"]');
  await said.getByText('اضغط Esc للتراجع').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.reload();
  const first = await said.innerText();
  const left = Number(await page.locator('.countdown b').innerText());
  await expect.poll(async () => Number(await page.locator('.countdown b').innerText())).toBeLessThan(left);
  expect(await said.innerText()).toBe(first);
  await page.keyboard.press('Escape');
  await page.locator('[name="headline"]:focus').waitFor();
  expect(await page.locator('[name="headline"]').inputValue()).toBe('خبر أُرسل خطأً');
  expect(await page.locator('[name="topics"][value="world"]').isChecked()).toBe(true);
  await page.getByText('لم يصل إلى أي قارئ').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'cancelled' });
  expect(await shownToReaders(id)).toBe(404);

  const again = await send(desk, 'خبر أُرسل خطأً');
  await page.keyboard.press('u');
  await page.locator('[name="headline"]:focus').waitFor();
  expect(await stored(again)).toMatchObject({ status: 'cancelled' });
});

test('what the server says is shown: a line that is lost, and an alert that left meanwhile', async ({
  desk,
}) => {
  const { page } = desk;
  const id = await send(desk, 'خبر بلا اتصال');
  await context.setOffline(true);
  await page.locator('desk-undo').getByText('انقطع الاتصال').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('desk-undo').getByText('لا نعرف هل تراجعت').waitFor();
  await stack.api.asEditor(`/v1/alerts/${id}/submission`, { method: 'POST', body: { sendAt: null } });
  await context.setOffline(false);
  await page.locator('.figures').waitFor();
  expect(await page.locator('desk-undo').count()).toBe(0);
});

test('an undone correction leaves readers what they had, and its text comes back into its form', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'مقتل أربعة' });
  await expect.poll(async () => (await stored(id)).status).toBe('sent');
  await page.evaluate(`location.hash = '#/${id}/correction'`);
  await page.locator('[name="headline"]').fill('مقتل ثلاثة');
  await page.locator('[name="note"]').fill('صُحح العدد');
  await desk.review();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-undo').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[name="note"]').waitFor();
  expect(await page.locator('[name="headline"]').inputValue()).toBe('مقتل ثلاثة');
  expect(await page.locator('[name="note"]').inputValue()).toBe('صُحح العدد');
  expect(await stored(id)).toMatchObject({ version: 2, status: 'cancelled' });
  const seen = (await stack.api.call(`/v1/alerts/${id}`)).body as EditorAlert;
  expect(seen).toMatchObject({ version: 1, headline: 'مقتل أربعة' });

  await setUndoSeconds(stack, 0);
  await page.reload();
  await desk.review();
  await page.locator('dialog[open] .main').press('Enter');
  await expect
    .poll(() => stored(id))
    .toMatchObject({ version: 3, headline: 'مقتل ثلاثة', note: 'صُحح العدد' });
});

test('another draft is not replaced by a text that comes back', async ({ desk }) => {
  const { page } = desk;
  const id = await send(desk, 'الخبر الأول');
  await desk.write({ headline: 'مسودة أخرى' });
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.locator('desk-undo').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('في صفحة الكتابة مسودة أخرى').waitFor();
  await page.evaluate(`location.hash = '#/'`);
  await page.locator('[name="headline"]').waitFor();
  expect(await page.locator('[name="headline"]').inputValue()).toBe('مسودة أخرى');
});
