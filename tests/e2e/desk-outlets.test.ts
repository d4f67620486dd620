import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { deskTest } from '../support/desk-test.ts';
import { startTelegram } from '../support/outlets/telegram.ts';
import { startStack, type Stack } from '../support/stack.ts';

let telegram: Awaited<ReturnType<typeof startTelegram>>;
let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;

beforeAll(async () => {
  telegram = await startTelegram();
  [stack, chromium] = await Promise.all([
    startStack({ env: { WEBHOOK_ALLOWED_ORIGINS: telegram.origin } }),
    startChromium(),
  ]);
  context = await chromium.newBrowser({ reducedMotion: 'reduce' });
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await telegram?.close();
});

const test = deskTest(() => ({ stack, context, key: stack.adminKey }));

test('an admin adds a Telegram channel by keyboard; an alert and its correction are posted; a refusal is shown and mended', async ({
  desk,
}) => {
  const { page } = desk;
  await page.evaluate("location.hash = '#/admin/outlets'");
  await page.locator('.admin h1:focus').waitFor();
  await page.getByText('لا منافذ.').waitFor();
  const form = page.getByRole('form', { name: 'منفذ جديد' });
  for (const type of ['email', 'mastodon', 'bluesky', 'telegram']) {
    await form.locator('[name="type"]').selectOption(type);
    expect(await violations(page)).toEqual([]);
  }
  const { server, chat, token } = telegram.settings as Record<string, string>;
  await form.locator('[name="name"]').fill('قناة تلغرام');
  await form.locator('[name="server"]').fill(server ?? '');
  await form.locator('[name="chat"]').fill('no channel');
  await form.locator('[name="token"]').fill(token ?? '');
  await form.locator('[name="token"]').press('Enter');
  await form.locator('[name="chat"]:focus[aria-invalid="true"]').waitFor();
  await form.getByText('اكتب @ ثم اسم القناة').waitFor();
  await form.locator('[name="chat"]').fill(chat ?? '');
  await form.locator('[name="chat"]').press('Enter');

  const row = page.locator('[data-outlet]');
  await row.locator('h2:focus').getByText('قناة تلغرام').waitFor();
  expect(await page.content()).not.toContain(token);
  expect(await form.locator('[name="token"]').inputValue()).toBe('');
  await row.getByRole('button', { name: 'جرّب' }).press('Enter');
  await page.getByText('سجّلنا الدخول، والنشر ممكن').waitFor();
  telegram.member = { status: 'member' };
  await row.getByRole('button', { name: 'جرّب' }).press('Enter');
  await page.getByText('لا يحق لهذا الحساب النشر هناك').waitFor();
  await row.getByText('make the bot an administrator').waitFor();
  expect(await violations(page)).toEqual([]);

  const body = { headline: 'افتتاح الجسر الجديد', lang: 'ar', topics: ['world'] };
  const alert = await stack.api.asEditor('/v1/alerts', { method: 'POST', body });
  await expect.poll(async () => (await telegram.shown()).length).toBe(1);
  telegram.mood = 'shut';
  const correction = { change: 'correction', headline: 'افتتاح النفق الجديد' };
  const path = `/v1/alerts/${(alert.body as { id: string }).id}/versions`;
  await stack.api.asEditor(path, { method: 'POST', body: correction });
  await expect
    .poll(async () => {
      await page.reload();
      await row.waitFor();
      return row.locator('.fault').count();
    })
    .toBe(1);
  await row.getByText('توقّف النشر منذ').getByText('امنحه هذا الحق').waitFor();
  expect(await violations(page)).toEqual([]);

  telegram.mood = 'well';
  await row.getByRole('button', { name: 'شغّل من جديد' }).press('Enter');
  await row.locator('.fault').waitFor({ state: 'detached' });
  await row.locator('summary', { hasText: 'سجل المحاولات' }).press('Enter');
  await row.getByText('نعيد المحاولة').waitFor();
  await row.getByRole('button', { name: 'أعد المحاولة الآن' }).press('Enter');
  await expect.poll(async () => (await telegram.shown())[0]?.text).toContain('تصحيح: افتتاح النفق الجديد');
  expect(await telegram.shown()).toHaveLength(1);

  await page.getByRole('button', { name: 'English' }).press('Enter');
  await page.getByRole('heading', { name: 'Outlets' }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'العربية' }).press('Enter');
  await row.locator('.danger').press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByText('لا منافذ.').waitFor();
  expect(stack.logs()).not.toContain(token);
});

test('an admin adds a mailing list that is off, and what is wrong in its form is said beside the field', async ({
  desk,
}) => {
  const { page } = desk;
  await page.evaluate("location.hash = '#/admin/outlets'");
  const form = page.getByRole('form', { name: 'منفذ جديد' });
  await form.locator('[name="type"]').selectOption('email');
  const fields = { name: 'نشرة العاجل', to: 'list@lists.example\nليس عنوانًا', from: 'alerts@news.example' };
  for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
  await form.locator('[name="host"]').fill('smtp.news.example');
  await form.locator('[name="languages"]').fill('ar، fa');
  await form.locator('[name="leastUrgency"]').selectOption('flash');
  await form.locator('[name="topics"][value="world"]').press('Space');
  await form.locator('[name="enabled"]').press('Space');
  await form.locator('[name="from"]').press('Enter');
  await form.locator('[name="to"]:focus[aria-invalid="true"]').waitFor();
  await form.getByText('كل عنوان في سطر.').first().waitFor();
  await form.locator('[name="to"]').fill('list@lists.example');
  await form.locator('[name="from"]').press('Enter');
  const row = page.locator('[data-outlet]');
  await row.locator('h2:focus').getByText('نشرة العاجل').waitFor();
  await row.getByText('متوقف').waitFor();
  const { body } = await stack.api.asEditor('/v1/outlets');
  expect(body).toMatchObject({
    outlets: [
      {
        type: 'email',
        to: ['list@lists.example'],
        host: 'smtp.news.example',
        port: 587,
        security: 'starttls',
        user: null,
        enabled: false,
        languages: ['ar', 'fa'],
        topics: ['world'],
        leastUrgency: 'flash',
      },
    ],
  });
  await row.locator('summary', { hasText: 'عدّل' }).press('Enter');
  await row.locator('[name="user"]').fill('ajil');
  await row.locator('[name="password"]').fill('secret');
  await row.locator('[name="password"]').press('Enter');
  const stored = async () => (await stack.api.asEditor('/v1/outlets')).body;
  await expect.poll(stored).toMatchObject({ outlets: [{ user: 'ajil' }] });
  expect(await page.content()).not.toContain('secret');
});
