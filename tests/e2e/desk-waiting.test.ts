import { Redis } from 'ioredis';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import { keys } from '../../src/redis/keys.ts';
import { violations } from '../support/accessibility.ts';
import { PHONE, startChromium, type Chromium } from '../support/chromium.ts';
import { changeNewsroom, openDeskAs, setUndoSeconds, tabTo, type DeskPage } from '../support/desk-page.ts';
import { deskTest } from '../support/desk-test.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
  context = await chromium.newBrowser({ reducedMotion: 'reduce', timezoneId: 'Asia/Riyadh' });
});
beforeEach(() => changeNewsroom(stack, { undoSeconds: 30, approval: 'never' }));
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
/** What this author sends, when every alert needs a second person. */
async function submitAs(key: string, headline: string): Promise<EditorAlert> {
  const headers = { authorization: `Bearer ${key}` };
  const body = { headline, lang: 'ar', topics: ['world'] };
  return (await stack.api.call('/v1/alerts', { method: 'POST', headers, body })).body as EditorAlert;
}
const dayIn = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

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

test('a draft that was saved earlier is given a time, and is then scheduled', async ({ desk }) => {
  const { page } = desk;
  const { id } = await draftOf('خطاب الرئيس مساءً');
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.locator('desk-waiting').getByText('هذه مسودة').waitFor();
  await page.keyboard.press('e');
  await page.locator('[name="sendClock"]').fill(`${dayIn(2)}T18:00`);
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('h1:focus').getByText('خطاب الرئيس').waitFor();
  const sendAt = `${dayIn(2)}T15:00:00.000Z`;
  expect(await stored(id)).toMatchObject({ status: 'draft', sendAt });
  await page.getByRole('button', { name: 'جدوِل الإرسال' }).waitFor();
  await page.keyboard.press('t');
  await page.locator('dialog[open] .goes').getByText('6:00 م').waitFor();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('.alert header .status.scheduled').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'scheduled', sendAt });
  expect(await shownToReaders(id)).toBe(404);
});

test('a draft whose life is over says so, is not sent as it is, and goes out with a new life', async ({
  desk,
}) => {
  const { page } = desk;
  const ago = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();
  const { id } = await draftOf('حرارة قياسية اليوم', { expiresAt: ago(-1) });
  // Three hours pass.
  const redis = new Redis(stack.redis.url);
  const aged = { ...(await stored(id)), createdAt: ago(3), expiresAt: ago(2) };
  await redis.hset(keys.alert(id), 'v:1', JSON.stringify(aged));
  redis.disconnect();
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.locator('.alert header').getByText('انتهت صلاحيته').waitFor();
  await page.keyboard.press('s');
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByRole('alert').getByText('انتهت صلاحية الخبر وهو ينتظر').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'draft' });
  expect(await shownToReaders(id)).toBe(404);

  await page.keyboard.press('e');
  await page.locator('[name="lifeMinutes"]').selectOption('30');
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('h1:focus').waitFor();
  await page.keyboard.press('s');
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-undo').waitFor();
  await page.getByRole('button', { name: 'أرسل الآن' }).press('Enter');
  await page.locator('.figures').waitFor();
  expect(await shownToReaders(id)).toBe(200);
});

test('what expired before it could be sent says so, in its page and in the lists, and not that somebody cancelled it', async ({
  desk,
}) => {
  const { page } = desk;
  const at = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
  const { id } = await draftOf('موعد في أثناء الانقطاع', { draft: false, sendAt: at(1), expiresAt: at(2) });
  // The outage lasts three hours.
  const redis = new Redis(stack.redis.url);
  const late = { ...(await stored(id)), sendAt: at(-2), expiresAt: at(-1) };
  await redis.hset(keys.alert(id), 'v:1', JSON.stringify(late));
  await redis.zadd(keys.waiting, Date.parse(late.sendAt), `${id}:1`);
  redis.disconnect();
  await expect.poll(async () => (await stored(id)).cancelledBecause).toBe('expired');
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.locator('.alert .status').getByText('لم يُرسل: انتهت صلاحيته').waitFor();
  await page.locator('.alert .note').getByText('لم يصل إلى أي قارئ').waitFor();
  expect(await page.getByText('أُلغي').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await page.evaluate(`location.hash = '#/history'`);
  await page.locator('.rows li', { hasText: 'موعد في أثناء' }).getByText('لم يُرسل: انتهت').waitFor();
});

test('an approval can be undone within its seconds: nobody gets it, and the alert waits for one again', async ({
  desk,
}) => {
  const { page } = desk;
  await changeNewsroom(stack, { approval: 'always' });
  const { id } = await submitAs(await stack.addEditor('سامي', 'author'), 'إجازة يُتراجع عنها');
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.locator('desk-waiting').getByText('ينتظر الخبر إجازة').waitFor();
  await page.keyboard.press('a');
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-undo').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'scheduled', review: { decision: 'approve' } });
  expect(await shownToReaders(id)).toBe(404);
  await page.keyboard.press('Escape');
  await page.locator('desk-waiting').getByText('ينتظر الخبر إجازة').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'awaiting-approval', review: null, sendAt: null });
  expect(await shownToReaders(id)).toBe(404);
});

test('an approver on a phone approves one alert and sends another back with a note, by touch', async () => {
  await changeNewsroom(stack, { approval: 'always' });
  const [author, approver, phone] = await Promise.all([
    stack.addEditor('نورة', 'author'),
    stack.addEditor('هدى', 'approver'),
    chromium.newReader({ ...PHONE, viewport: { width: 360, height: 740 }, reducedMotion: 'reduce' }),
  ]);
  const good = await submitAs(author, 'افتتاح الجسر الجديد أمام السيارات');
  const doubtful = await submitAs(author, 'أنباء عن استقالة وزير النقل');
  const { page, complaints } = await openDeskAs(phone, stack, approver);
  const look = async (): Promise<void> => {
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    expect(await violations(page)).toEqual([]);
  };
  const open = async (headline: string): Promise<void> => {
    await page.getByRole('tab', { name: 'للإجازة' }).tap();
    await page.locator('.lists li a', { hasText: headline }).tap();
    await page.locator('h1', { hasText: headline }).waitFor();
  };
  const take = async (label: string): Promise<void> => {
    await page.locator('desk-waiting > .buttons').getByRole('button', { name: label }).tap();
    await page.locator('dialog[open] h2:focus').waitFor();
    await look();
  };
  await open(good.headline);
  await look();
  await take('أجِز الإرسال');
  await page.locator('dialog[open] .main').tap();
  await page.locator('desk-undo').waitFor();
  await look();
  await page.locator('desk-undo').getByRole('button', { name: 'أرسل الآن' }).tap();
  await page.locator('.figures').waitFor();
  expect(await shownToReaders(good.id)).toBe(200);

  await open(doubtful.headline);
  await take('أعِده إلى كاتبه');
  await page.locator('#step-note').tap();
  await page.keyboard.insertText('المصدر واحد فقط');
  await page.locator('dialog[open] .main').tap();
  await page.locator('desk-waiting .note', { hasText: 'المصدر واحد فقط' }).waitFor();
  await look();
  const review = { decision: 'reject', note: 'المصدر واحد فقط' };
  expect(await stored(doubtful.id)).toMatchObject({ status: 'draft', review });
  expect(await shownToReaders(doubtful.id)).toBe(404);
  expect(complaints).toEqual([]);
  await page.close();
});

test('an editor’s shift by keyboard alone: write, heed a warning, schedule, move, send, undo, correct, retract, read the report', async ({
  desk,
}) => {
  const { page } = desk;
  const { keyboard } = page;
  await draftOf('حريق كبير في سوق المدينة');
  await page.evaluate(`addEventListener('pointerdown', () => (window.pointed = true), true)`);
  const agree = async (): Promise<void> => {
    await page.locator('dialog[open] h2:focus').waitFor();
    await tabTo(page, 'dialog[open] .main');
    await keyboard.press('Enter');
  };
  const type = async (name: string, text: string): Promise<void> => {
    await tabTo(page, `[name="${name}"]`);
    await keyboard.press('Control+a');
    await keyboard.insertText(text);
  };
  const sendAtOnce = async (): Promise<void> => {
    await page.locator('desk-undo').waitFor();
    await tabTo(page, 'desk-undo button:not(.undo)');
    await keyboard.press('Enter');
    await page.locator('desk-undo').waitFor({ state: 'detached' });
  };

  await type('headline', 'حريق كبير في سوق المدينة القديمة');
  await tabTo(page, '[name="topics"][value="world"]');
  await keyboard.press('Space');
  await keyboard.press('Control+Enter');
  await page.locator('dialog[open] .found').getByText('خبر مشابه').waitFor();
  await keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await tabTo(page, '[name="sendClock"]');
  // In the next month, the day with its number: the same in the order of every country.
  const today = new Date();
  const next = (today.getUTCMonth() + 1) % 12;
  const year = today.getUTCFullYear() + (next === 0 ? 1 : 0);
  const two = String(next + 1).padStart(2, '0');
  await keyboard.type(`${two}${two}${year}`);
  await keyboard.press('Tab');
  await keyboard.type('1111A');
  expect(await page.locator('[name="sendClock"]').inputValue()).toBe(`${year}-${two}-${two}T11:11`);
  await keyboard.press('Control+Enter');
  await agree();
  await page.locator('desk-waiting').getByText('11:11').waitFor();
  const id = idOf(page);
  expect(await stored(id)).toMatchObject({ status: 'scheduled' });

  await keyboard.press('e');
  await tabTo(page, '[name="sendClock"]');
  for (let part = 0; part < 3; part += 1) await keyboard.press('Tab');
  await keyboard.press('ArrowUp');
  await keyboard.press('Control+Enter');
  await agree();
  await page.locator('h1:focus').getByText('حريق').waitFor();
  expect(await stored(id)).toMatchObject({
    status: 'scheduled',
    sendAt: `${year}-${two}-${two}T09:11:00.000Z`,
  });

  await keyboard.press('s');
  await agree();
  await page.locator('desk-undo').waitFor();
  await keyboard.press('Escape');
  await page.locator('[name="headline"]:focus').waitFor();
  expect(await stored(id)).toMatchObject({ status: 'cancelled' });
  await keyboard.press('Control+Enter');
  await agree();
  await sendAtOnce();
  await page.locator('.figures').waitFor();
  const again = idOf(page);
  expect(await shownToReaders(again)).toBe(200);
  await expect.poll(async () => (await stored(again)).status).toBe('sent');

  await keyboard.press('c');
  await type('headline', 'حريق صغير في سوق المدينة القديمة');
  await type('note', 'صُحح حجم الحريق');
  await keyboard.press('Control+Enter');
  await agree();
  await sendAtOnce();
  await page.locator('h1', { hasText: 'حريق صغير' }).waitFor();
  await keyboard.press('r');
  await type('note', 'كان تدريبًا');
  await keyboard.press('Control+Enter');
  await agree();
  await page.locator('.alert header .status.retracted').waitFor();
  expect(await stored(again)).toMatchObject({ version: 3, status: 'retracted', note: 'كان تدريبًا' });

  await tabTo(page, '.versions button[aria-pressed="false"]');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await page.getByRole('button', { name: 'النسخة 1', pressed: true }).waitFor();
  await page.locator('[data-figure="accepted"]').waitFor();
  expect(await page.evaluate('window.pointed')).toBeUndefined();
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
