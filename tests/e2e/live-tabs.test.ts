import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let reader: BrowserContext;
let published: string[];

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
  reader = await chromium.newBrowser();
  published = [];
});
afterAll(async () => {
  await chromium.stop();
  await stack.stop();
});

/** What the gateway says of itself. */
async function connections(): Promise<number> {
  const { body } = await stack.api.call('/metrics');
  const values = String(body).matchAll(/^ajil_live_connections(?:\{[^}]*\})? (\d+)/gm);
  return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
}

/** A page of our origin with nothing on it but the module that sites import. */
async function openTab(): Promise<Page> {
  const page = await reader.newPage();
  await page.goto(`${stack.origin}/v1/config`);
  await page.evaluate(`(async () => {
    window.had = [];
    window.states = [];
    const { openLiveClient } = await import('/live-client.js');
    window.client = openLiveClient({
      query: { topics: 'world' },
      onAlert: (alert) => had.push(alert.headline),
      onState: (connected) => states.push(connected),
    });
  })()`);
  await expect.poll(() => page.evaluate('states.at(-1)'), { timeout: 10_000 }).toBe(true);
  return page;
}

async function publish(): Promise<void> {
  const headline = `الخبر رقم ${published.length + 1}`;
  published.push(headline);
  await stack.api.createAlert({ headline });
}

const had = (page: Page): Promise<string[]> => page.evaluate('had');

/** Everything, once, in order. */
async function expectAllAt(pages: readonly Page[]): Promise<void> {
  for (const page of pages) await expect.poll(() => had(page), { timeout: 15_000 }).toEqual(published);
}

test('two reader pages of one browser hold one connection', async () => {
  const pages = [await reader.newPage(), await reader.newPage()];
  for (const page of pages) await page.goto(stack.origin);
  await expect.poll(connections, { timeout: 10_000 }).toBe(1);
  await publish();
  for (const page of pages)
    await page
      .getByText(published[0] ?? '')
      .first()
      .waitFor();
  expect(await connections()).toBe(1);
  for (const page of pages) await page.close();
  await expect.poll(connections, { timeout: 10_000 }).toBe(0);
});

test('tabs share a line, through closing, freezing and a kill of the server, and miss nothing', async () => {
  const first = await openTab();
  const second = await openTab();
  await publish();
  await expectAllAt([first, second]);
  expect(await connections()).toBe(1);

  // The first one leads.
  await first.close();
  await publish();
  const third = await openTab();
  await publish();
  await expectAllAt([second, third]);
  await expect.poll(connections).toBe(1);
  expect(await second.evaluate('states')).toEqual([true]);

  const debug = await reader.newCDPSession(second);
  await debug.send('Page.setWebLifecycleState', { state: 'frozen' });
  await publish();
  await expectAllAt([third]);
  await debug.send('Page.setWebLifecycleState', { state: 'active' });
  await publish();
  await expectAllAt([second, third]);
  await expect.poll(connections).toBe(1);

  await stack.kill('server', 'SIGKILL');
  await expect.poll(() => third.evaluate('states.at(-1)')).toBe(false);
  await stack.restart('server');
  await publish();
  await expectAllAt([second, third]);
  await expect.poll(connections).toBe(1);
});
