import { readFile } from 'node:fs/promises';
import type { Source } from '../../src/web/desk/admin/source.ts';
import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { createLogger } from '../../src/ops/logger.ts';
import { closeRedis, connectRedis, waitUntilReady } from '../../src/redis/connect.ts';
import { keys } from '../../src/redis/keys.ts';
import { isComplete } from '../support/api-client.ts';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { openDesk, type DeskPage } from '../support/desk-page.ts';
import { deskTest } from '../support/desk-test.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';

let service: PushService;
let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium] = await Promise.all([startStack({ pushServices: [service] }), startChromium()]);
  context = await chromium.newBrowser({ reducedMotion: 'reduce' });
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

const test = deskTest(() => ({ stack, context, key: stack.adminKey }));

const open = async ({ page }: DeskPage, of: string): Promise<void> => {
  await page.evaluate(`location.hash = '#/admin/${of}'`);
  await page.locator('.admin h1:focus').waitFor();
};
const canSignIn = async (key: string): Promise<boolean> =>
  (await stack.api.call('/v1/session', { method: 'POST', body: { key }, headers: { origin: stack.origin } }))
    .status === 201;

/** As an alert whose deliveries took longer than the goal. */
async function noteSlowAlert(): Promise<void> {
  const logger = createLogger({ level: 'silent', role: 'test' });
  const redis = connectRedis(stack.redis.url, 'command', logger);
  await waitUntilReady(redis);
  await redis.hset(keys.goal('urgent', new Date().toISOString().slice(0, 10)), 'slow:1', 200_000);
  await closeRedis(redis);
}

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
  await row.locator('[name="name"]').fill('س\u202Eارة');
  await row.locator('[name="name"]').press('Enter');
  await row.locator('[name="name"]:focus[aria-invalid="true"]').waitFor();
  await row.getByText('بلا رموز غير مرئية').waitFor();
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
  await page.locator('desk-editor-passkeys summary').first().press('Enter');
  await page.getByText('لا مفاتيح مرور.').waitFor();
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
  await page.getByRole('alert').getByText('صحّح الخانات المشار إليها').waitFor();
  await page.locator('#topic-id:focus[aria-invalid="true"]').waitFor();
  await page.locator('#topic-id-fault').getByText('من الحروف اللاتينية الصغيرة').waitFor();
  await page.locator('#topic-id').fill('world');
  await page.locator('#topic-id').press('Enter');
  await page.locator('#topic-id-fault').getByText('يوجد موضوع بهذا المعرّف').waitFor();
  expect(await page.locator('#name-ar-world').inputValue()).not.toBe('صحة');
  expect(await violations(page)).toEqual([]);
  await page.locator('#topic-id').fill('health');
  await page.locator('#topic-id').press('Enter');
  await page.locator('[data-topic="health"]').waitFor();
  await page.locator('#name-ar-health').fill('ص\u202Eحة');
  await page.locator('#name-ar-health').press('Enter');
  await page.locator('#name-ar-health:focus[aria-invalid="true"]').waitFor();
  await page.locator('#name-ar-health-fault').getByText('بلا رموز غير مرئية').waitFor();
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
  await page.locator('#colour').fill('#ffff00');
  await page.locator('#languages').fill('ar xx-no-such');
  await page.locator('#languages').press('Enter');
  await page.locator('#colour:focus[aria-invalid="true"]').waitFor();
  await page.locator('#colour-fault').getByText('وداكنًا').waitFor();
  await page.locator('#languages-fault').getByText('رمزًا معروفًا').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.locator('#colour').fill('');
  await page.locator('#languages').fill('ar en');
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

  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'نزّل السجل كاملًا' }).press('Enter');
  const file = await downloading;
  expect(file.suggestedFilename()).toBe('ajil-audit.ndjson');
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  const chain = lines.map((line) => JSON.parse(line) as { prev: string; hash: string; entry: string });
  expect(chain.map(({ prev }) => prev)).toEqual(['', ...chain.slice(0, -1).map(({ hash }) => hash)]);
  expect(chain.at(-1)?.entry).toContain('audit.export');
});

test('an admin adds a webhook, whose secret is shown once; changes it, gives it another secret, deletes it', async ({
  desk,
}) => {
  const { page } = desk;
  await open(desk, 'webhooks');
  await page.getByText('لا أنظمة تُبلَّغ').waitFor();
  await page.locator('#webhook-url-new').fill('https://10.0.0.1/ajil');
  await page.locator('#webhook-url-new').press('Enter');
  await page.locator('#webhook-url-new:focus[aria-invalid="true"]').waitFor();
  await page.locator('#webhook-url-new-fault').getByText('متاحًا على الإنترنت').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.locator('#webhook-url-new').fill('https://hooks.example/ajil');
  const form = page.getByRole('form', { name: 'نظام جديد يُبلَّغ' });
  for (const event of ['published', 'updated', 'corrected', 'retracted']) {
    await form.locator(`[value="alert.${event}"]`).press('Space');
  }
  await page.locator('#webhook-url-new').press('Enter');
  await form.getByText('اختر حدثًا واحدًا على الأقل').waitFor();
  await page.keyboard.press('Space');
  await page.locator('#webhook-url-new').press('Enter');
  await page.locator('.key h2:focus').getByText('hooks.example').waitFor();
  const secret = await page.locator('.key input').inputValue();
  expect(secret).toMatch(/^whsec_/);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'حفظته، أخفِه' }).press('Enter');
  await page.locator('.key').waitFor({ state: 'detached' });
  expect(await page.locator('#webhook-url-new').inputValue()).toBe('');

  const row = page.locator('[data-webhook]');
  await row.locator('summary').press('Enter');
  await row.locator('[name="description"]').fill('نظام النشر');
  await row.locator('[value="alert.retracted"]').press('Space');
  await row.locator('[name="description"]').press('Enter');
  // The page says "saved" since the webhook was added.
  const listed = async () => (await stack.api.asEditor('/v1/webhooks')).body;
  await expect.poll(listed).toMatchObject({
    webhooks: [
      {
        url: 'https://hooks.example/ajil',
        events: ['alert.published', 'alert.retracted'],
        description: 'نظام النشر',
      },
    ],
  });
  await row.getByRole('button', { name: 'سرّ جديد' }).press('Enter');
  await page.locator('dialog[open]').getByText('فلا تضيع رسالة').waitFor();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('.key h2:focus').waitFor();
  expect(await page.locator('.key input').inputValue()).not.toBe(secret);

  await row.getByRole('button', { name: 'أوقف' }).press('Enter');
  await row.getByText('متوقف').waitFor();
  await page.getByRole('button', { name: 'English' }).press('Enter');
  await page.getByText('The secret shared with').waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'العربية' }).press('Enter');
  await row.locator('.danger').press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByText('لا أنظمة تُبلَّغ').waitFor();
});

test('an admin adds a source with its topics and urgencies, whose secret is shown once; changes and deletes it', async ({
  desk,
}) => {
  const { page } = desk;
  const source = async () =>
    ((await stack.api.asEditor('/v1/sources')).body as { sources: object[] }).sources[0];
  await open(desk, 'sources');
  await page.getByText('لا مصادر').waitFor();
  await page.locator('#source-id').fill('Agency 1');
  await page.locator('#source-id').press('Enter');
  await page.locator('#source-id:focus[aria-invalid="true"]').waitFor();
  await page.locator('#source-id-fault').getByText('من الحروف اللاتينية الصغيرة').waitFor();

  await page.locator('#source-id').fill('agency');
  const form = page.getByRole('form', { name: 'مصدر جديد' });
  await form.locator('[name="type"]').selectOption('ninjs');
  await form.locator('.lines input').fill('World News');
  await form.locator('.lines select').selectOption('world');
  await form.getByRole('button', { name: 'أضِف سطرًا' }).press('Enter');
  await form.locator('.lines .line:last-child input:focus').fill('15000000');
  await form.locator('.lines .line:last-child select').selectOption('sport');
  await form.locator('summary').press('Enter');
  await form.locator('[name="urgency-4"]').selectOption('normal');
  expect(await violations(page)).toEqual([]);
  await page.locator('#source-id').press('Enter');
  await page.locator('.key h2:focus').getByText('agency').waitFor();
  expect(await page.locator('.key input').inputValue()).toMatch(/^ajil_/);
  expect(await source()).toMatchObject({
    id: 'agency',
    type: 'ninjs',
    mode: 'draft',
    lang: 'ar',
    topics: { 'world news': 'world', '15000000': 'sport' },
    urgencies: { '1': 'flash', '2': 'urgent', '3': 'urgent', '4': 'normal', other: null, none: 'normal' },
  });

  await page.locator('#source-id').fill('agency');
  await page.locator('#source-id').press('Enter');
  await page.locator('#source-id-fault').getByText('يوجد مصدر بهذا المعرّف').waitFor();

  const row = page.locator('[data-source="agency"]');
  await row.getByText('/v1/intake/agency').waitFor();
  await row.locator('summary').first().press('Enter');
  await row.locator('.lines input').first().fill('');
  await row.locator('[name="topic-default"]').selectOption('world');
  await row.locator('[name="mode"]').selectOption('send');
  await row.locator('[name="lang"]').fill('no such');
  await row.locator('[name="lang"]').press('Enter');
  await row.locator('[name="lang"]:focus[aria-invalid="true"]').waitFor();
  await row.locator('[name="lang"]').fill('fr');
  await row.locator('[name="lang"]').press('Enter');
  await row.locator('summary:focus').waitFor();
  await row.getByText('تُرسل مباشرة').first().waitFor();
  expect(await source()).toMatchObject({
    mode: 'send',
    lang: 'fr',
    topics: { 'world news': 'world', default: 'world' },
  });
  await expect.poll(() => row.locator('.lines .line').count()).toBe(2);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'English' }).press('Enter');
  await row.getByText('The source’s subjects and our topics').waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'العربية' }).press('Enter');
  await row.locator('.danger').press('Enter');
  await page.locator('dialog[open] .main').press('Enter');
  await page.getByText('لا مصادر').waitFor();
});

test('an admin adds a feed: its own fields are shown, its faults beside them, and what came is listed', async ({
  desk,
}) => {
  const { page } = desk;
  await open(desk, 'sources');
  const form = page.getByRole('form', { name: 'مصدر جديد' });
  await form.locator('[name="url"]').waitFor({ state: 'hidden' });
  await page.locator('#source-id').fill('wire');
  await form.locator('[name="type"]').selectOption('feed');
  await form.locator('[name="secret"]').waitFor({ state: 'hidden' });
  expect(await form.locator('[name="mark"]').inputValue()).toBe('عاجل');
  await page.locator('#source-id').press('Enter');
  await form.locator('[name="url"]:focus[aria-invalid="true"]').waitFor();
  await form.locator('.url .fault').getByText('متاحًا على الإنترنت').waitFor();
  expect(await violations(page)).toEqual([]);
  await form.locator('[name="url"]').fill('https://feeds.invalid/breaking.rss');
  await page.locator('#source-id').press('Enter');
  const row = page.locator('[data-source="wire"]');
  await row.getByText('نقرأ من').waitFor();
  expect(await page.locator('.key').count()).toBe(0);

  const secret = 'the-secret-of-an-agency';
  const settings = { type: 'ninjs', secret, topics: { default: 'world' } };
  await stack.api.asEditor('/v1/sources/agency2', { method: 'PUT', body: settings });
  const headers = { authorization: `Bearer ${secret}` };
  for (const body of [
    { uri: 'urn:x:1', headline: 'خبر من الوكالة' },
    { uri: 'urn:x:2', type: 'picture' },
  ]) {
    await stack.api.call('/v1/intake/agency2', { method: 'POST', headers, body });
  }
  const wire = async () =>
    ((await stack.api.asEditor('/v1/sources')).body as { sources: Source[] }).sources.find(
      ({ id }) => id === 'wire',
    );
  await expect.poll(async () => (await wire())?.state.feed?.fault, { timeout: 20_000 }).toBeTruthy();
  await page.reload();
  await row.getByText('تعذّرت القراءة').waitFor();
  const agency = page.locator('[data-source="agency2"]');
  await agency.locator('summary', { hasText: 'ما وصل' }).press('Enter');
  await agency.getByRole('link', { name: 'خبر من الوكالة' }).waitFor();
  await agency.locator('.arrivals li').first().getByText('نوعه').waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await violations(page)).toEqual([]);
  await agency.getByRole('link', { name: 'خبر من الوكالة' }).press('Enter');
  await page.locator('h1:focus').getByText('خبر من الوكالة').waitFor();
  for (const id of ['wire', 'agency2']) await stack.api.asEditor(`/v1/sources/${id}`, { method: 'DELETE' });
});

test('an admin adds a blog of Ghost: its tag, and what becomes of an alert whose post is unpublished', async ({
  desk,
}) => {
  const { page } = desk;
  await open(desk, 'sources');
  const form = page.getByRole('form', { name: 'مصدر جديد' });
  await form.locator('[name="tag"]').waitFor({ state: 'hidden' });
  await page.locator('#source-id').fill('blog');
  await form.locator('[name="type"]').selectOption('ghost');
  expect(await form.locator('[name="tag"]').inputValue()).toBe('#breaking');
  await form.locator('[name="url"]').waitFor({ state: 'hidden' });
  await form.locator('[name="unpublished"]').selectOption('retract');
  expect(await violations(page)).toEqual([]);
  await page.locator('#source-id').press('Enter');
  await page.locator('[data-source="blog"]').getByText('/v1/intake/blog').waitFor();
  const { body } = await stack.api.asEditor('/v1/sources');
  expect((body as { sources: Source[] }).sources).toMatchObject([
    { id: 'blog', type: 'ghost', mark: '#breaking', unpublished: 'retract' },
  ]);
  await stack.api.asEditor('/v1/sources/blog', { method: 'DELETE' });
});

test('editors find how many alerts reached the goal, by urgency, and whether one did', async ({ desk }) => {
  const { page } = desk;
  await page.keyboard.press('Escape');
  await page.locator('#content').focus();
  await page.keyboard.press('g');
  await page.locator('desk-goal h1:focus').waitFor();
  await page.getByText('لم يُرسل أي خبر إلى المشتركين في آخر 30 يومًا').waitFor();
  expect(await violations(page)).toEqual([]);

  const readers = await service.createSubscriptions(3, { applicationServerKey: stack.vapidPublicKey });
  await stack.api.subscribeAll(readers);
  const { id } = await stack.api.createAlert({ headline: 'خبر سريع' });
  await stack.api.waitForReport(id, isComplete);
  await noteSlowAlert();
  await page.evaluate(`location.hash = '#/${id}'`);
  await page.locator('.goal.good').getByText('بلغ الهدف: خرجت تسعة أعشار').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('link', { name: 'هدف السرعة' }).press('Enter');
  const row = page.locator('[data-urgency="urgent"]');
  await row.waitFor();
  expect((await row.locator('td').allInnerTexts()).map((cell) => cell.replace(/\D+/g, ' ').trim())).toEqual([
    '2',
    '1 50',
  ]);
  await page.locator('[data-urgency="normal"]').getByText('لم يُرسل شيء').waitFor();
  await page.getByRole('button', { name: 'English' }).press('Enter');
  await page.getByRole('columnheader', { name: 'Reached the goal' }).waitFor();
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'العربية' }).press('Enter');
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
