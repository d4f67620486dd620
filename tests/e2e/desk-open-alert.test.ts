import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { setUndoSeconds, type DeskPage } from '../support/desk-page.ts';
import { deskTest } from '../support/desk-test.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
  context = await chromium.newBrowser({ reducedMotion: 'reduce' });
  await setUndoSeconds(stack, 0);
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const test = deskTest(() => ({ stack, context, key: stack.adminKey }));

/** What a colleague does, at another desk. */
async function colleague(id: string, body: object): Promise<void> {
  const answer = await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body });
  expect(answer.status).toBe(201);
}

const newest = async (id: string): Promise<EditorAlert> =>
  (await stack.api.asEditor(`/v1/alerts/${id}`)).body as EditorAlert;

/** What the page does every 20 seconds, it does when it is seen again. */
const lookAgain = (desk: DeskPage): Promise<unknown> =>
  desk.page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);

/** Opens the form of a correction in a page that hears nothing of colleagues until it has sent something: its editor is the slower one for sure. */
async function beginCorrectionUnheard(desk: DeskPage, id: string): Promise<void> {
  const { page } = desk;
  await page.route('**/v1/desk/line', (route) => route.abort());
  await page.reload();
  await beginCorrection(desk, id);
  let hasSent = false;
  await page.route(/\/v1\/alerts(?:[/?]|$)/, (route) => {
    hasSent ||= route.request().method() === 'POST' && route.request().url().endsWith('/versions');
    return hasSent || route.request().method() !== 'GET' ? route.continue() : route.abort();
  });
  await page.waitForLoadState('networkidle');
}

/** Opens the form of a correction of this alert. */
async function beginCorrection({ page }: DeskPage, id: string): Promise<void> {
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.getByRole('button', { name: 'تصحيح' }).click();
}

test('a draft of a correction does not undo what a colleague corrected since it was kept', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'مقتل أربعة', body: 'في الجنوب' });
  await beginCorrection(desk, id);
  await page.locator('[name="headline"]').fill('مقتل خمسة');
  await page.getByRole('button', { name: 'العودة إلى الخبر' }).click();
  await colleague(id, { change: 'correction', body: 'في الشمال' });
  await page.reload();
  await beginCorrection(desk, id);
  const told = page.getByRole('alert').filter({ hasText: 'تغيّر الخبر في هذه الأثناء' });
  await told.getByText('في الشمال').waitFor();
  await told.getByText('سيحلّ نصّك محلّ: العنوان.').waitFor();
  expect(await page.locator('[name="body"]').inputValue()).toBe('في الشمال');
  await desk.review();
  await desk.confirm();
  expect(await newest(id)).toMatchObject({ version: 3, headline: 'مقتل خمسة', body: 'في الشمال' });
});

test('a colleague who is faster, while mine is on its way, is shown as one who was', async ({ desk }) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'خبر يسبقني فيه زميل' });
  await beginCorrection(desk, id);
  await page.locator('[name="note"]').fill('تفاصيل');
  await page.route(`**/v1/alerts/${id}/versions`, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    const known = page.waitForResponse((answer) => answer.url().endsWith(`/v1/alerts/${id}`));
    await colleague(id, { change: 'correction', headline: 'سبقني زميل' });
    await lookAgain(desk);
    await (await known).finished();
    await page
      .locator('blockquote', { hasText: 'سبقني زميل' })
      .waitFor({ timeout: 500 })
      .catch(() => undefined);
    await route.continue();
  });
  await (await desk.review()).locator('.main').press('Enter');
  await page.locator('.overtaken h2:focus').waitFor();
  expect((await newest(id)).version).toBe(2);
  expect(await page.locator('[name="note"]').inputValue()).toBe('تفاصيل');
});

test('a colleague who was faster is not overwritten: the text stays, the alert is shown, the editor confirms anew', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'إغلاق جسرين', body: 'في المدينة' });
  await beginCorrectionUnheard(desk, id);
  await page.locator('[name="note"]').fill('صُحح العدد');
  await page.locator('[name="body"]').fill('في المدينة القديمة');
  await colleague(id, { change: 'correction', headline: 'إغلاق ثلاثة جسور' });
  await (await desk.review()).locator('.main').press('Enter');
  await page.locator('.overtaken h2:focus').waitFor();
  await page.locator('.overtaken blockquote', { hasText: 'إغلاق ثلاثة جسور' }).waitFor();
  expect((await newest(id)).version).toBe(2);
  const fields = ['headline', 'body', 'note'].map((name) => page.locator(`[name="${name}"]`).inputValue());
  expect(await Promise.all(fields)).toEqual(['إغلاق ثلاثة جسور', 'في المدينة القديمة', 'صُحح العدد']);
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('alert').getByText('Your text would replace: Text.').waitFor();
  await page.getByRole('button', { name: 'العربية' }).click();
  await desk.review();
  await desk.confirm();
  expect(await newest(id)).toMatchObject({
    version: 3,
    headline: 'إغلاق ثلاثة جسور',
    body: 'في المدينة القديمة',
    note: 'صُحح العدد',
  });
});

test('nothing more is sent of an alert that a colleague has retracted, and what was typed stays', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'خبر يُسحب' });
  await beginCorrectionUnheard(desk, id);
  await page.locator('[name="note"]').fill('تفاصيل');
  await colleague(id, { change: 'retraction', note: 'لم يتأكد' });
  await (await desk.review()).locator('.main').press('Enter');
  await page.locator('.overtaken h2:focus', { hasText: 'سُحب الخبر في هذه الأثناء' }).waitFor();
  expect(await page.locator('[name="note"]').inputValue()).toBe('تفاصيل');
  expect(await page.getByRole('button', { name: 'مراجعة وإرسال' }).isDisabled()).toBe(true);
  await page.locator('[name="note"]').press('Control+Enter');
  expect(await page.locator('dialog[open]').count()).toBe(0);
});

test('an alert that is shown follows what a colleague makes of it, and says so', async ({ desk }) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'الجسر مغلق' });
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.locator('.figures').waitFor();
  await page.locator('.alert header .status.sent').waitFor();
  const told = page.locator('.alert').getByRole('status').first();
  expect(await told.innerText()).toBe('');
  await colleague(id, { change: 'correction', headline: 'الجسر مفتوح' });
  await lookAgain(desk);
  await page.locator('h1', { hasText: 'الجسر مفتوح' }).waitFor();
  expect(await told.innerText()).toBe('تصحيح: الجسر مفتوح');
  await page.getByRole('button', { name: 'النسخة 2', pressed: true }).waitFor();
});

test('a form that is open follows a colleague’s correction, and asks for the answer to an open question anew', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'حريق في مصنع', body: 'شرق المدينة' });
  await beginCorrection(desk, id);
  await page.locator('[name="note"]').fill('صُحح الموقع');
  await desk.review();
  await colleague(id, { change: 'correction', body: 'غرب المدينة' });
  await lookAgain(desk);
  await page.locator('.overtaken h2:focus').waitFor();
  expect(await page.locator('dialog[open]').count()).toBe(0);
  await expect.poll(() => page.locator('[name="body"]').inputValue()).toBe('غرب المدينة');
  expect(await page.locator('[name="note"]').inputValue()).toBe('صُحح الموقع');
  expect((await newest(id)).version).toBe(2);
});

test('a session that ends while a correction is written leads to sign-in, and back to the text', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'جلسة تنتهي' });
  await beginCorrection(desk, id);
  await page.locator('[name="headline"]').fill('جلسة انتهت');
  const session = await (await context.request.get(`${stack.origin}/v1/session`)).json();
  const headers = { 'X-CSRF-Token': String(session.csrfToken) };
  expect((await context.request.delete(`${stack.origin}/v1/session`, { headers })).ok()).toBe(true);
  await page.getByRole('status').getByText('انتهت جلستك').waitFor();
  await desk.signIn(stack.adminKey);
  await page.locator('h1:focus', { hasText: 'تصحيح الخبر' }).waitFor();
  expect(await page.locator('[name="headline"]').inputValue()).toBe('جلسة انتهت');
  await desk.review();
  await desk.confirm();
  expect((await newest(id)).headline).toBe('جلسة انتهت');
});

test('an alert that the server cannot give at the moment is not said to be missing, and is asked for again', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'خادم متعثر' });
  await page.route(`**/v1/alerts/${id}`, (route) => route.fulfill({ status: 503, body: '' }));
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.getByRole('alert').getByText('نعيد المحاولة تلقائيًا').waitFor();
  expect(await page.getByText('لا يوجد خبر بهذا العنوان').count()).toBe(0);
  await page.unroute(`**/v1/alerts/${id}`);
  await page.locator('h1:focus', { hasText: 'خادم متعثر' }).waitFor();
  await page.evaluate(`location.hash = '#/${'0'.repeat(26)}'`);
  await page.getByRole('alert').getByText('لا يوجد خبر بهذا العنوان').waitFor();
});
