import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { PHONE, startChromium, type Chromium } from '../support/chromium.ts';
import { openDeskAs } from '../support/desk-page.ts';
import { deskTest } from '../support/desk-test.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { isComplete } from '../support/api-client.ts';

const READERS = 8;
let service: PushService;
let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium] = await Promise.all([startStack({ pushServices: [service] }), startChromium()]);
  context = await chromium.newBrowser();
  const applicationServerKey = stack.vapidPublicKey;
  const readers = await service.createSubscriptions(READERS, { applicationServerKey });
  const ids = await stack.api.subscribeAll(readers);
  const { id } = await stack.api.createAlert({ headline: 'إغلاق مضيق أمام السفن' });
  await stack.api.waitForReport(id, isComplete);
  await stack.api.asReader(ids[0] ?? '', readers[0]?.keys.auth ?? '', 'DELETE');
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

const test = deskTest(() => ({ stack, context, key: stack.adminKey }));

test('the page says who came and left, after which alert, in tables that a screen reader reads', async ({
  desk,
}) => {
  const { page } = desk;
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'صحة الإشعارات' }).press('Enter');
  await page.locator('h1:focus').getByText('صحة الإشعارات').waitFor();
  const row = page.getByRole('row', { name: /إغلاق مضيق أمام السفن/ });
  await row.waitFor();
  const cells = async (): Promise<string[]> =>
    (await row.getByRole('cell').allInnerTexts()).map((text) => text.split(/\s/)[0] ?? '');
  expect(await cells()).toEqual(['8', '8', '0', '0', '1', '0']);
  expect(await page.locator('[data-table="topics"] tbody tr').first().innerText()).toContain('العالم');
  const today = await page.locator('tr[data-day]').first().getByRole('cell').allInnerTexts();
  expect(today).toEqual(['8', '1', '0', '+7']);
  expect(await violations(page)).toEqual([]);
  await row.getByRole('link').press('Enter');
  await page.locator('h1').getByText('إغلاق مضيق أمام السفن').waitFor();
});

test('the last question says how many turned notifications off after the last alerts', async ({ desk }) => {
  await desk.write({ headline: 'إعادة فتح المضيق' });
  const question = await desk.review();
  await question.getByText('أوقف قارئ واحد الإشعارات بعد آخر الأخبار').waitFor();
});

test('on a phone the tables scroll and the page does not; authors are not shown it', async ({ desk }) => {
  expect(desk.complaints).toEqual([]);
  const phone = await chromium.newBrowser({ ...PHONE, viewport: { width: 360, height: 740 } });
  const small = await openDeskAs(phone, stack, await stack.addEditor('ليلى', 'approver'));
  await small.page.evaluate("location.hash = '#/health'");
  await small.page.getByRole('row', { name: /إغلاق مضيق/ }).waitFor();
  expect(await small.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  expect(await violations(small.page)).toEqual([]);
  const other = await chromium.newBrowser();
  const author = await openDeskAs(other, stack, await stack.addEditor('سامي', 'author'));
  await author.page.getByRole('link', { name: 'القصص' }).waitFor();
  expect(await author.page.getByRole('link', { name: 'صحة الإشعارات' }).count()).toBe(0);
  await author.page.evaluate("location.hash = '#/health'");
  await author.page.getByText('دورك لا يسمح بهذا').waitFor();
});
