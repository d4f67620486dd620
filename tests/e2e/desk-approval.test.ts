import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { openDeskAs, setUndoSeconds, type DeskPage } from '../support/desk-page.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let author: DeskPage;
let approver: DeskPage;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack({ env: { REQUIRE_APPROVAL: 'true' } }), startChromium()]);
  await setUndoSeconds(stack, 0);
  const open = async (name: string, role: 'author' | 'approver'): Promise<DeskPage> =>
    openDeskAs(await chromium.newReader(), stack, await stack.addEditor(name, role));
  author = await open('نورة', 'author');
  approver = await open('هدى', 'approver');
  await approver.page.setViewportSize({ width: 360, height: 740 });
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

/** An editor writes and sends. @returns the id of the alert that waits */
async function submit(headline: string, by = author): Promise<string> {
  const { page } = by;
  await by.write({ headline });
  await by.review();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('desk-waiting').waitFor();
  return new URL(page.url()).hash.slice(2);
}
const statusOf = (page: Page): Promise<string> => page.locator('article header .status').innerText();
async function open(desk: DeskPage, id: string): Promise<void> {
  await desk.page.evaluate(`location.hash = '#/${id}'`);
  await desk.page.locator('desk-waiting').waitFor();
}
/** Presses a button and confirms, by keyboard. */
async function take(page: Page, label: string, note?: string): Promise<void> {
  await page.locator('desk-waiting > .buttons button', { hasText: label }).press('Enter');
  await page.locator('dialog[open] h2:focus').waitFor();
  if (note !== undefined) await page.locator('#step-note').fill(note);
  await page.locator('dialog[open] .main').press('Enter');
}
const shownToReaders = async (id: string): Promise<number> =>
  (await fetch(`${stack.origin}/v1/alerts/${id}`)).status;

test('an alert waits for a second person, who sends it from a phone', async () => {
  const id = await submit('انقطاع الكهرباء عن العاصمة');
  expect(await statusOf(author.page)).toBe('بانتظار الإجازة');
  const buttons = await author.page.locator('desk-waiting > .buttons button').allInnerTexts();
  expect(buttons.map((label) => label.trim())).toEqual(['تعديل', 'ألغِ الخبر']);
  expect(await shownToReaders(id)).toBe(404);

  await open(approver, id);
  await expect
    .poll(() => approver.page.evaluate('document.documentElement.scrollWidth <= innerWidth'))
    .toBe(true);
  await take(approver.page, 'أجِز الإرسال');
  await approver.page.locator('.figures').waitFor();
  expect(await shownToReaders(id)).toBe(200);
  expect(await statusOf(approver.page)).toMatch(/قيد الإرسال|أُرسل/);
});

test('what is sent back says why, and goes out once it was submitted again and approved', async () => {
  const id = await submit('استقالة وزير النقل');
  await open(approver, id);
  await take(approver.page, 'أعِده إلى كاتبه', 'المصدر واحد فقط');
  await expect.poll(() => statusOf(approver.page)).toBe('مسودة');
  await author.page.reload();
  await author.page.locator('desk-waiting .note', { hasText: 'المصدر واحد فقط' }).waitFor();
  await take(author.page, 'أرسِل الآن');
  await expect.poll(() => statusOf(author.page)).toBe('بانتظار الإجازة');
  expect(await shownToReaders(id)).toBe(404);
  await approver.page.reload();
  await take(approver.page, 'أجِز الإرسال');
  await approver.page.locator('.figures').waitFor();
  expect(await shownToReaders(id)).toBe(200);
});

test('when a colleague was first, the desk says so and shows what became of it', async () => {
  const id = await submit('زلزال يضرب الساحل');
  await open(approver, id);
  await approver.page.locator('desk-waiting > .buttons button', { hasText: 'أجِز الإرسال' }).press('Enter');
  await take(author.page, 'ألغِ الخبر');
  await expect.poll(() => statusOf(author.page)).toBe('أُلغي');
  await approver.page.locator('dialog[open] .main').press('Enter');
  await expect.poll(() => statusOf(approver.page)).toBe('أُلغي');
  expect(await shownToReaders(id)).toBe(404);
});

test('an approver sends an own alert without a second person by giving a reason, which the others read', async () => {
  const { page } = approver;
  const id = await submit('انفجار في مرفأ المدينة', approver);
  await page.getByText('فأجِزه بنفسك واذكر السبب').waitFor();
  const labels = await page.locator('desk-waiting > .buttons button').allInnerTexts();
  expect(labels.map((label) => label.trim().split('\n')[0])).toEqual([
    'أعِده إلى كاتبه',
    'أجِز خبرك بنفسك',
    'تعديل',
    'ألغِ الخبر',
  ]);

  // A colleague who may approve it has no such button.
  const other = await openDeskAs(await chromium.newReader(), stack, await stack.addEditor('ريم', 'approver'));
  await open(other, id);
  expect(await other.page.getByRole('button', { name: 'أجِز خبرك بنفسك' }).count()).toBe(0);

  await page.keyboard.press('o');
  await page.locator('dialog[open] h2:focus').waitFor();
  await page.locator('dialog[open]').getByText('يقرأ كل مسؤولي النشر هذا السبب').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('#step-reason:focus').waitFor();
  await page.locator('#step-reason-fault').getByText('عشرة أحرف').waitFor();
  await page.keyboard.insertText('عاجل');
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('#step-reason:focus').waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await shownToReaders(id)).toBe(404);

  const reason = 'لا مسؤول نشر غيري في المناوبة الليلية';
  await page.locator('#step-reason').fill(reason);
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('.figures').waitFor();
  expect(await shownToReaders(id)).toBe(200);
  // The others hear of it wherever they are at the desk; who writes is no approver.
  await other.page.getByRole('alert').getByRole('link', { name: 'من دون محرّر ثانٍ' }).waitFor();
  expect(await violations(other.page)).toEqual([]);
  expect(await author.page.getByText('من دون محرّر ثانٍ').count()).toBe(0);
  await other.page.getByRole('alert').getByRole('button', { name: 'إغلاق' }).click();
  await other.page.getByText('من دون محرّر ثانٍ').waitFor({ state: 'detached' });
  await other.page.reload();
  await other.page.locator('.alert .note', { hasText: reason }).waitFor();
  expect(await violations(other.page)).toEqual([]);
  const { body } = await stack.api.asEditor('/v1/audit?limit=10');
  expect(JSON.stringify(body)).toContain('alert.approve-bypassing');
  expect(other.complaints).toEqual([]);
});

test('the question of the bypass is asked in English too', async () => {
  const { page } = approver;
  await submit('جسر ينهار في الجنوب', approver);
  await page.getByRole('button', { name: 'English' }).press('Enter');
  await page.getByRole('button', { name: 'Approve it yourself' }).press('Enter');
  await page.locator('dialog[open]').getByText('All approvers will read this reason').waitFor();
  await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'العربية' }).press('Enter');
});

test('no page of it complained', () => {
  expect([...author.complaints, ...approver.complaints]).toEqual([]);
});
