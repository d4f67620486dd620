import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { setUndoSeconds } from '../support/desk-page.ts';
import { deskTest } from '../support/desk-test.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;
let key: string;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
  await setUndoSeconds(stack, 0);
  context = await chromium.newBrowser({ reducedMotion: 'reduce' });
  key = await stack.addEditor('نورة', 'author');
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const test = deskTest(() => ({ stack, context, key }));

test('every row says who wrote it, for whom, how urgent it is and in which version', async ({ desk }) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'خبر المشرف', topics: ['sport'], urgency: 'flash' });
  const correction = { change: 'correction', headline: 'خبر المشرف مصحَّحًا' };
  await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body: correction });
  const row = page.locator('.lists li', { hasText: 'خبر المشرف مصحَّحًا' });
  await row.waitFor();
  const said = await row.innerText();
  for (const part of ['Admin', 'رياضة', 'العربية', 'عاجل جدًا', 'ن2', 'تصحيح']) expect(said).toContain(part);
});

test('the versions of an alert show their texts, and word by word what changed, also from right to left', async ({
  desk,
}) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'إصابة أربعة في حادث القطار', body: 'قرب المحطة' });
  const versions = `/v1/alerts/${id}/versions`;
  const correction = { change: 'correction', headline: 'إصابة خمسة في حادث القطار', note: 'صُحح العدد' };
  await stack.api.asEditor(versions, { method: 'POST', body: correction });
  await page.evaluate(`location.hash = '#/${id}'`);
  const newest = page.locator('.all-versions li').first();
  await newest.getByText('ما تغيّر عن النسخة 1').waitFor();
  const headline = newest.locator('.text-change dd').first();
  expect(await headline.getAttribute('dir')).toBe('rtl');
  expect(await headline.locator('del').textContent()).toContain('أربعة');
  expect(await headline.locator('ins').textContent()).toContain('خمسة');
  expect((await headline.textContent())?.replaceAll(/\s+/g, ' ').trim()).toBe(
    'إصابة حُذف: أربعة أُضيف: خمسة في حادث القطار',
  );
  const first = page.locator('.all-versions li').nth(1);
  await first.locator('summary').click();
  await first.getByText('قرب المحطة').waitFor();
  await first.getByText('بقلم').waitFor();
  expect(await violations(page)).toEqual([]);
});

test('the history finds alerts by word, status and editor, and the address keeps the search', async ({
  desk,
}) => {
  const { page } = desk;
  await stack.api.createAlert({ headline: 'حريق في مستودع للوقود' });
  await stack.api.createAlert({ headline: 'افتتاح معرض الكتاب' });
  await stack.api.asEditor('/v1/alerts', {
    method: 'POST',
    body: { headline: 'حريق صغير', lang: 'ar', topics: ['world'], draft: true },
  });
  await page.locator('[name="headline"]').blur();
  await page.keyboard.press('h');
  await page.locator('[name="q"]:focus').fill('حريق');
  await page.keyboard.press('Enter');
  const found = page.locator('.rows .headline');
  await page.getByText('نتيجتان').waitFor();
  expect((await found.allInnerTexts()).toSorted()).toEqual(['حريق صغير', 'حريق في مستودع للوقود']);
  await page.locator('[name="status"]').selectOption('draft');
  await page.getByRole('button', { name: 'ابحث' }).press('Enter');
  await page.getByText('نتيجة واحدة').waitFor();
  await page.reload();
  await page.getByText('نتيجة واحدة').waitFor();
  expect(await found.allInnerTexts()).toEqual(['حريق صغير']);
  await page.locator('[name="createdBy"]').selectOption({ label: 'نورة' });
  await page.getByRole('button', { name: 'ابحث' }).press('Enter');
  await page.getByText('لا نتائج').waitFor();
  expect(await violations(page)).toEqual([]);
});

test('single keys lead through the desk, are listed, do nothing while somebody types, and can be turned off', async ({
  desk,
}) => {
  const { page } = desk;
  await stack.api.createAlert({ headline: 'خبر للاختصارات' });
  await page.locator('.lists li', { hasText: 'خبر للاختصارات' }).waitFor();
  await page.locator('[name="headline"]').fill('');
  await page.locator('[name="headline"]').pressSequentially('h?2');
  expect(await page.locator('[name="headline"]').inputValue()).toBe('h?2');
  expect(await page.locator('dialog[open]').count()).toBe(0);
  await page.locator('[name="headline"]').blur();

  await page.keyboard.press('j');
  await page.locator('.lists li a:focus').waitFor();
  await page.keyboard.press('Enter');
  await page.locator('.figures').waitFor();
  await page.keyboard.press('c');
  await page.locator('h1:focus').getByText('تصحيح الخبر').waitFor();
  await page.keyboard.press('q');
  await page.locator('.figures').waitFor();
  await page.keyboard.press('?');
  const sheet = page.locator('dialog[open]');
  await sheet.getByText('اختصارات لوحة المفاتيح').waitFor();
  expect(await sheet.locator('dt').count()).toBeGreaterThan(15);
  expect(await violations(page)).toEqual([]);
  await sheet.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  await page.keyboard.press('n');
  await page.keyboard.press('2');
  expect(await page.locator('.figures').count()).toBe(1);
  expect(await page.locator('#tab-recent').getAttribute('aria-selected')).toBe('true');
});

test('the last question says what the server found in the text, and a colleague is told the same', async ({
  desk,
}) => {
  const { page } = desk;
  await stack.api.createAlert({ headline: 'وفاة المؤرخ سالم الراشد عن ثمانين عامًا' });
  await desk.write({ headline: 'وفاة المؤرخ سالم الراشد عن تسعين عامًا' });
  const question = await desk.review();
  await question.getByRole('status').getByText('خبر مشابه').waitFor();
  await question.getByText('تأكّد من المصدر').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.locator('[name="headline"]').fill('افتتاح جسر جديد فوق النهر');
  await desk.review();
  await question.getByText('سيصل').or(question.getByText('لن يصل')).first().waitFor();
  expect(await question.getByText('خبر مشابه').count()).toBe(0);
});
