import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { openDesk, type DeskPage } from '../support/desk-page.ts';
import { deskTest } from '../support/desk-test.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
  context = await chromium.newBrowser({ reducedMotion: 'reduce' });
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const test = deskTest(() => ({ stack, context, key: stack.adminKey }));

const open = async ({ page }: DeskPage, of: string): Promise<void> => {
  await page.evaluate(`location.hash = '#/admin/${of}'`);
  await page.locator('.admin h1:focus').waitFor();
};
const canSignIn = async (key: string): Promise<boolean> =>
  (await stack.api.call('/v1/session', { method: 'POST', body: { key }, headers: { origin: stack.origin } }))
    .status === 201;

test('an admin adds an editor, whose key is shown once; gives another role, another key, and ends the access', async ({
  desk,
}) => {
  const { page } = desk;
  await open(desk, 'editors');
  await page.locator('#new-name').fill('سارة');
  await page.locator('#new-name').press('Enter');
  await page.locator('.key h2:focus').getByText('مفتاح').waitFor();
  const key = await page.locator('.key input').inputValue();
  expect(await canSignIn(key)).toBe(true);
  await page.getByRole('button', { name: 'حفظته، أخفِه' }).press('Enter');
  await page.locator('.key').waitFor({ state: 'detached' });
  expect(await page.content()).not.toContain(key);

  const row = page.getByRole('form', { name: 'سارة' });
  await row.locator('[name="role"]').selectOption('approver');
  await row.locator('[name="name"]').fill('سارة م.');
  await row.locator('[name="name"]').press('Enter');
  await page.getByText('حُفظ.').waitFor();
  const renamed = page.getByRole('form', { name: 'سارة م.' });
  expect(await renamed.locator('[name="role"]').inputValue()).toBe('approver');

  await renamed.getByRole('button', { name: 'مفتاح جديد' }).press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('.key h2:focus').waitFor();
  expect(await canSignIn(key)).toBe(false);
  const second = await page.locator('.key input').inputValue();
  await renamed.getByRole('button', { name: 'ألغِ الوصول' }).press('Enter');
  await page.locator('dialog[open]').getByText('لا يمكن التراجع').waitFor();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('.row.over').getByText('سارة م.').waitFor();
  expect(await canSignIn(second)).toBe(false);
  const self = page.locator('form.row', { has: page.getByText('لا يمكنك إلغاء نفسك') });
  expect(await self.locator('[name="role"]').isDisabled()).toBe(true);
  expect(await self.locator('.danger').count()).toBe(0);
  expect(await violations(page)).toEqual([]);
});

test('an admin adds, renames and deletes a topic, and the writing page follows at once', async ({ desk }) => {
  const { page } = desk;
  await open(desk, 'topics');
  await page.locator('#topic-id').fill('Health!');
  await page.locator('[id="name-ar-"]').fill('صحة');
  await page.locator('#topic-id').press('Enter');
  await page.getByRole('alert').getByText('لم يُحفظ شيء').waitFor();
  await page.locator('#topic-id').fill('health');
  await page.locator('#topic-id').press('Enter');
  await page.locator('[data-topic="health"]').waitFor();
  await page.locator('#name-ar-health').fill('الصحة العامة');
  await page.locator('#name-ar-health').press('Enter');
  await page.getByText('حُفظ.').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.evaluate(`location.hash = '#/'`);
  await page.locator('.chip', { hasText: 'الصحة العامة' }).waitFor();

  await open(desk, 'topics');
  await page.locator('[data-topic="health"] .danger').press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('[data-topic="health"]').waitFor({ state: 'detached' });
});

test('an admin changes the newsroom’s rules, and the desk goes by them', async ({ desk }) => {
  const { page } = desk;
  await open(desk, 'newsroom');
  await page.locator('#undoSeconds').fill('12');
  await page.locator('#approval').selectOption('flash');
  await page.locator('#homeUrl').fill('https://news.example/');
  await page.locator('#homeUrl').press('Enter');
  await page.getByText('حُفظ.').waitFor();
  expect((await stack.api.call('/v1/newsroom')).body).toMatchObject({
    undoSeconds: 12,
    approval: 'flash',
    homeUrl: 'https://news.example/',
    colour: null,
  });
  expect(await violations(page)).toEqual([]);
});

test('the audit log shows who did what, newest first, by action, page after page', async ({ desk }) => {
  const { page } = desk;
  const { id } = await stack.api.createAlert({ headline: 'خبر للسجل' });
  for (let i = 0; i < 60; i++) {
    const body = { names: { ar: `موضوع ${i}` }, order: i, default: false };
    await stack.api.asEditor('/v1/topics/many', { method: 'PUT', body });
  }
  await open(desk, 'audit');
  await expect.poll(() => page.locator('tbody tr').count()).toBe(50);
  await page.getByRole('button', { name: 'أقدم' }).press('Enter');
  await page.locator('tbody').getByRole('link', { name: id }).waitFor();
  await page.locator('#audit-action').selectOption('alert.create');
  await expect.poll(() => page.locator('tbody tr').count()).toBeLessThan(10);
  await page.locator('tbody tr', { hasText: id }).getByText('Admin').first().waitFor();
  expect(await violations(page)).toEqual([]);
});

test('webhooks and sources are listed, switched off and deleted', async ({ desk }) => {
  const { page } = desk;
  const webhook = { url: 'https://hooks.example/ajil', events: ['alert.published'] };
  expect((await stack.api.asEditor('/v1/webhooks', { method: 'POST', body: webhook })).status).toBe(201);
  const source = { type: 'ninjs', topics: { default: 'world' } };
  await stack.api.asEditor('/v1/sources/agency', { method: 'PUT', body: source });
  await open(desk, 'webhooks');
  await page.locator('[data-webhook]').getByText('مفعّل').waitFor();
  await page.getByRole('button', { name: 'أوقف' }).press('Enter');
  await page.locator('[data-webhook]').getByText('متوقف').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.locator('[data-webhook] .danger').press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByText('لا أنظمة تُبلَّغ').waitFor();
  await open(desk, 'sources');
  await page.locator('[data-source="agency"]').getByText('تدخل مسودات').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.locator('[data-source] .danger').press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByText('لا مصادر').waitFor();
});

test('who is no admin is not shown the way, and nothing behind it', async () => {
  const author = await chromium.newBrowser();
  const key = await stack.addEditor('نورة', 'author');
  await author.request.post(`${stack.origin}/v1/session`, { data: { key } });
  const { page } = await openDesk(author, stack.origin);
  await page.locator('.top nav').waitFor();
  expect(await page.getByRole('link', { name: 'الإدارة' }).count()).toBe(0);
  await page.evaluate(`location.hash = '#/admin/editors'`);
  await page.getByText('دورك لا يسمح بهذا').waitFor();
  expect(await page.locator('desk-editors').count()).toBe(0);
});
