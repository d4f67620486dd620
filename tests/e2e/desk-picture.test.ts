import { afterAll, beforeAll, expect, test } from 'vitest';
import { violations } from '../support/accessibility.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { openDeskAs, setUndoSeconds, type DeskPage } from '../support/desk-page.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let desk: DeskPage;
let id: string;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack({}), startChromium()]);
  await setUndoSeconds(stack, 0);
  desk = await openDeskAs(await chromium.newBrowser(), stack, await stack.addEditor('نورة', 'author'));
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const field = (name: string) => desk.page.locator(`desk-writer [name="${name}"]`);
const newest = async () => (await stack.api.asEditor(`/v1/alerts/${id}`)).body as Record<string, unknown>;

test('a picture is sent with what it shows, its caption and its credit', async () => {
  await desk.write({ headline: 'افتتاح الجسر الجديد على النهر' });
  expect(await field('imageAlt').count()).toBe(0);
  await field('image').fill('https://news.example/bridge.jpg');
  await field('imageAlt').fill('الجسر من الضفة الغربية');
  await field('imageCaption').fill('صباح اليوم');
  await field('imageCredit').fill('سمر حداد');
  expect(await violations(desk.page)).toEqual([]);
  await desk.review();
  id = await desk.confirm();
  expect(await newest()).toMatchObject({
    image: 'https://news.example/bridge.jpg',
    imageAlt: 'الجسر من الضفة الغربية',
    imageCaption: 'صباح اليوم',
    imageCredit: 'سمر حداد',
  });
});

test('an article that cannot be read is said, and what was written stays', async () => {
  await desk.write({ headline: 'عنوان كتبته بنفسي' });
  await field('url').fill('https://127.0.0.1/article');
  await desk.page.locator('desk-writer .article button').press('Enter');
  const told = desk.page.locator('desk-writer .article [role="status"]');
  await expect.poll(() => told.innerText()).toContain('تعذّرت قراءة صفحة المقال');
  expect(await field('headline').inputValue()).toBe('عنوان كتبته بنفسي');
});

test('an update can be silent', async () => {
  await desk.page.evaluate(`location.hash = '#/${id}/update'`);
  await field('body').fill('العبور مجاني في الأسبوع الأول.');
  await field('silent').check();
  await desk.review();
  await desk.page.locator('dialog[open] .main').press('Enter');
  await expect.poll(async () => (await newest()).version).toBe(2);
  expect(await newest()).toMatchObject({ change: 'update', silent: true });
});

test('a test send without a device leads to where devices are added', async () => {
  await desk.page.evaluate(`location.hash = '#/${id}'`);
  const send = desk.page.locator('desk-test-send');
  await send.locator('button').press('Enter');
  await expect.poll(() => send.innerText()).toContain('لم تُضف أجهزة');
  await send.locator('a').press('Enter');
  await desk.page.locator('#devices-heading').waitFor();
  expect(await violations(desk.page)).toEqual([]);
});
