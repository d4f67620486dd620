import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { openDeskAs, setUndoSeconds, type DeskPage } from '../support/desk-page.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let noura: DeskPage;
let huda: DeskPage;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack({}), startChromium()]);
  await setUndoSeconds(stack, 0);
  const open = async (name: string): Promise<DeskPage> =>
    openDeskAs(await chromium.newReader(), stack, await stack.addEditor(name, 'author'));
  noura = await open('نورة');
  // Her lists look by themselves every five seconds: in a page whose timers stand, only the line can tell them.
  huda = await open('هدى');
  await huda.page.clock.install();
  await huda.page.reload();
  await huda.page.locator('desk-lists').waitFor();
  await huda.page.clock.pauseAt(Date.now() + 60_000);
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const writing = () => huda.page.locator('.writing-now').innerText();

test('colleagues see at once who is writing, and then the alert', async () => {
  const headline = 'انقطاع المياه عن الحي القديم';
  await noura.write({ headline });
  await expect.poll(writing).toBe('\u2068نورة\u2069 يكتب الآن خبرًا جديدًا');
  expect(await noura.page.locator('.writing-now').innerText()).toBe('');
  await noura.review();
  await noura.confirm();
  await expect.poll(writing).toBe('');
  const row = huda.page.locator('desk-lists li', { hasText: headline });
  let leftMs = 3000;
  await expect
    .poll(async () => {
      await huda.page.clock.runFor(Math.min(250, leftMs));
      leftMs = Math.max(0, leftMs - 250);
      return row.count();
    })
    .toBe(1);
  expect(huda.complaints).toEqual([]);
});
