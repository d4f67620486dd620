import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let visitor: BrowserContext;

beforeAll(async () => {
  [stack, chromium] = await Promise.all([startStack(), startChromium()]);
  // Playwright does not see the requests of a page that has a service worker.
  visitor = await chromium.newBrowser({ reducedMotion: 'reduce', serviceWorkers: 'block' });
});
afterEach(async () => {
  for (const page of visitor.pages().slice(1)) await page.close();
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
});

const addVersion = async (id: string, body: object): Promise<void> => {
  expect((await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body })).status).toBe(201);
};
const retract = (id: string): Promise<void> => addVersion(id, { change: 'retraction', note: 'لم يتأكد' });

/** Something that a test lets happen. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Opens an alert's page. @returns once its line stands */
async function openAlertPage(page: Page, id: string): Promise<void> {
  const greeted = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('framereceived'));
  await page.goto(`${stack.origin}/a/${id}`);
  await greeted;
}

test('an alert’s page whose script starts after the retraction shows it', async () => {
  const { id } = await stack.api.createAlert({ headline: 'قبل الخط' });
  const page = await visitor.newPage();
  const retracted = gate();
  await page.route('**/assets/*.js', async (route) => {
    await retracted.opened;
    await route.continue();
  });
  await page.goto(`${stack.origin}/a/${id}`, { waitUntil: 'commit' });
  await page.locator('h1', { hasText: 'قبل الخط' }).waitFor();
  await retract(id);
  retracted.open();
  await page.locator('h1 del').waitFor({ timeout: 15_000 });
  expect(await page.locator('[role=status]').textContent()).toContain('قبل الخط');
});

test('an alert’s page asks again when it was not given the new version', async () => {
  const { id } = await stack.api.createAlert({ headline: 'خادم متعثر' });
  const page = await visitor.newPage();
  await openAlertPage(page, id);
  const old = await (await visitor.request.get(`${stack.origin}/a/${id}`)).text();
  let asked = 0;
  await page.route(`**/a/${id}`, async (route) => {
    asked += 1;
    if (asked === 1) await route.fulfill({ status: 503, body: '' });
    // A cache on the way that is behind.
    else if (asked === 2) await route.fulfill({ body: old, contentType: 'text/html' });
    else await route.continue();
  });
  await retract(id);
  await page.locator('h1 del').waitFor({ timeout: 15_000 });
  await expect.poll(() => asked).toBe(3);
});

test('an answer that comes late does not bring an older version back to an alert’s page', async () => {
  const { id } = await stack.api.createAlert({ headline: 'واحد' });
  const page = await visitor.newPage();
  await openAlertPage(page, id);
  await page.evaluate(`{
    globalThis.shown = [];
    new MutationObserver(() => {
      const { textContent } = document.querySelector('h1');
      if (shown.at(-1) !== textContent) shown.push(textContent);
    }).observe(document.body, { childList: true, subtree: true });
  }`);
  const [first, second, answered] = [gate(), gate(), gate()];
  let asked = 0;
  await page.route(`**/a/${id}`, async (route) => {
    asked += 1;
    if (asked > 1) return route.continue();
    const response = await route.fetch();
    first.open();
    await second.opened;
    await route.fulfill({ response }).catch(() => undefined); // it may have been given up
    answered.open();
  });
  await addVersion(id, { change: 'correction', headline: 'اثنان' });
  await first.opened;
  await addVersion(id, { change: 'correction', headline: 'ثلاثة' });
  await page.locator('h1', { hasText: 'ثلاثة' }).waitFor();
  second.open();
  await answered.opened;
  await addVersion(id, { change: 'correction', headline: 'أربعة' });
  await page.locator('h1', { hasText: 'أربعة' }).waitFor();
  expect(await page.evaluate('shown')).toEqual(['اثنان', 'ثلاثة', 'أربعة']);
});

test('the reader page trusts no list from before the hello: the alert was retracted between them', async () => {
  const { id } = await stack.api.createAlert({ headline: 'بين القائمة والخط' });
  const page = await visitor.newPage();
  const [listed, retracted, greeted] = [gate(), gate(), gate()];
  let lists = 0;
  await page.route('**/v1/alerts?*', async (route) => {
    lists += 1;
    if (lists > 1) return route.continue();
    const response = await route.fetch();
    listed.open();
    await greeted.opened;
    await route.fulfill({ response }).catch(() => undefined); // it may have been given up
  });
  await page.routeWebSocket('**/v1/live*', async (socket) => {
    await retracted.opened;
    socket.connectToServer().onMessage((message) => {
      socket.send(message);
      greeted.open();
    });
  });
  await page.goto(stack.origin);
  await listed.opened;
  await retract(id);
  retracted.open();
  await page.locator('.alerts h3 del', { hasText: 'بين القائمة والخط' }).waitFor({ timeout: 15_000 });
  expect(await page.locator('.bar-headline', { hasText: 'بين القائمة والخط' }).count()).toBe(0);
});
