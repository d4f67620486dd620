import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startSite, type Site } from '../support/site.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let reader: BrowserContext;
let allowed: Site;
let stranger: Site;
/** Allowed, and without a policy of its own. */
let open: Site;
let page: Page;
/** Errors and violations of the page's policy. */
let faults: string[];

beforeAll(async () => {
  [allowed, stranger, open] = await Promise.all([startSite(), startSite(), startSite()]);
  [stack, chromium] = await Promise.all([
    startStack({ env: { ALLOWED_ORIGINS: `${allowed.origin},${open.origin}` } }),
    startChromium(),
  ]);
  reader = await chromium.newBrowser();
  const html = sitePage(
    `<script src="${stack.origin}/bar.js" data-topics="world" data-lang="ar" async></script>`,
  );
  const live = stack.origin.replace('http', 'ws');
  // Nothing is allowed that docs/embedding.md does not ask for; the page's own style has a nonce.
  const contentSecurityPolicy = [
    "default-src 'none'",
    `script-src ${stack.origin} 'nonce-site'`,
    `connect-src ${stack.origin} ${live}`,
    "style-src 'nonce-site'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  for (const site of [allowed, stranger]) site.serve({ html, contentSecurityPolicy });
});
afterAll(async () => {
  await chromium.stop();
  await stack.stop();
  allowed.stop();
  stranger.stop();
  open.stop();
});

beforeEach(async () => {
  faults = [];
  page = await reader.newPage();
  page.on('pageerror', (error) => faults.push(error.message));
  await page.exposeFunction('noteFault', (fault: string) => faults.push(fault));
  await page.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => noteFault(event.violatedDirective + ' ' + event.blockedURI))`,
  );
});
afterEach(async () => {
  await page.close();
});

/** A page whose style would spoil anything that it reaches. */
function sitePage(embedded: string): string {
  return `<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>موقع</title>
    <style nonce="site">* { color: lime !important; font-size: 40px !important; display: inline !important }
      head, head * { display: none !important }</style>
    <script nonce="site">window.told = [];
      for (const name of ['ajil-show', 'ajil-hide', 'ajil-error'])
        addEventListener(name, ({ detail }) => told.push([name, detail.reason ?? detail.alert?.change ?? String(detail.error)]));
    </script></head><body><main><h1>مقال</h1><button>زر</button></main>${embedded}</body></html>`;
}

const status = () => page.getByRole('status');
const bar = "document.querySelector('ajil-bar')";
const height = (): Promise<number> => page.evaluate(`${bar}.offsetHeight`);
/** @param selector in the bar's shadow */
const style = (selector: string, property: string): Promise<string> =>
  page.evaluate(`getComputedStyle(${bar}.shadowRoot.querySelector('${selector}')).${property}`);

test('a strict site’s page shows an alert, its correction, and for a moment its retraction', async () => {
  await page.clock.install();
  await page.goto(allowed.origin);
  await status().waitFor({ state: 'attached' });
  expect([await height(), await status().textContent()]).toEqual([0, '']);
  await stack.api.createAlert({ headline: 'English is not asked for', lang: 'en' });
  await stack.api.createAlert({ headline: 'خبر رياضي', topics: ['sport'] });
  const alert = await stack.api.createAlert({ headline: 'إغلاق المطار بسبب عاصفة' });
  await page.getByText('إغلاق المطار').waitFor();
  expect(await status().innerText()).toMatch(/^عاجل\s+إغلاق المطار بسبب عاصفة$/);
  const link = status().getByRole('link');
  expect(await link.getAttribute('href')).toBe(`${stack.origin}/a/${alert.id}`);
  // Nothing of the page's style comes in, nothing of ours gets out.
  expect(await style('.bar', 'direction')).toBe('rtl');
  expect(await style('.bar', 'color')).toBe('rgb(255, 255, 255)');
  expect(await style('.headline', 'fontSize')).toBe('17px');
  expect(await page.evaluate("getComputedStyle(document.querySelector('main button')).fontSize")).toBe(
    '40px',
  );
  await expect.poll(height).toBeGreaterThan(30);

  const versions = `/v1/alerts/${alert.id}/versions`;
  const correction = { change: 'correction', headline: 'تأخير الرحلات في المطار', note: 'لم يُغلق المطار.' };
  await stack.api.asEditor(versions, { method: 'POST', body: correction });
  await page.getByText('تأخير الرحلات').waitFor();
  expect(await status().innerText()).toMatch(/^تصحيح\s+تأخير الرحلات في المطار\s+لم يُغلق المطار\.$/);

  await stack.api.asEditor(versions, { method: 'POST', body: { change: 'retraction' } });
  await page.getByText('خبر مسحوب').waitFor();
  await page.clock.fastForward(21_000);
  await expect.poll(height).toBe(0);
  await expect.poll(() => status().textContent()).toBe('');
  expect(await page.evaluate('told')).toEqual([
    ['ajil-show', 'new'],
    ['ajil-show', 'correction'],
    ['ajil-show', 'retraction'],
    ['ajil-hide', 'retracted'],
  ]);
  expect(faults).toEqual([]);
});

test('an alert leaves at its expiry', async () => {
  await page.clock.install();
  await page.goto(allowed.origin);
  const expiresAt = new Date(Date.now() + 90_000).toISOString();
  await stack.api.createAlert({ headline: 'خبر قصير العمر', expiresAt });
  await page.getByText('قصير العمر').waitFor();
  await page.clock.fastForward(91_000);
  await expect.poll(() => page.evaluate('told.map(String)')).toContain('ajil-hide,expired');
  expect(faults).toEqual([]);
});

test('a closed alert stays closed, in every tab and after a reload; the next one is shown', async () => {
  const other = await reader.newPage();
  await Promise.all([page, other].map((tab) => tab.goto(allowed.origin)));
  await stack.api.createAlert({ headline: 'خبر أقدم' });
  await stack.api.createAlert({ headline: 'خبر يُغلق' });
  for (const tab of [page, other]) await tab.getByText('خبر يُغلق').waitFor();
  // By the keyboard: the link, then the button.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  expect(
    await page.evaluate("document.activeElement.shadowRoot.activeElement.getAttribute('aria-label')"),
  ).toBe('إغلاق');
  await page.keyboard.press('Enter');
  for (const tab of [page, other]) {
    await expect.poll(() => tab.evaluate('told.at(-1)')).toEqual(['ajil-hide', 'dismissed']);
  }
  await other.close();
  await page.reload();
  await stack.api.createAlert({ headline: 'الخبر التالي' });
  await page.getByText('الخبر التالي').waitFor();
  expect(await page.evaluate('told')).toEqual([['ajil-show', 'new']]);
  expect(faults).toEqual([]);
});

test('without WebSockets the bar lives on the event stream, across origins', async () => {
  await page.addInitScript('window.WebSocket = class { constructor() { throw new Error("none here") } }');
  await page.goto(allowed.origin);
  await stack.api.createAlert({ headline: 'خبر بلا مقابس' });
  await page.getByText('خبر بلا مقابس').waitFor({ timeout: 20_000 });
  await stack.api.createAlert({ headline: 'خبر آخر بلا مقابس' });
  await page.getByText('خبر آخر بلا مقابس').waitFor();
  expect(faults).toEqual([]);
});

test('a site’s own code follows the line by our module', async () => {
  await page.goto(allowed.origin);
  await page.evaluate(`(async () => {
    const { openLiveClient } = await import('${stack.origin}/live-client.js');
    window.had = [];
    await new Promise((connected) => openLiveClient({
      url: '${stack.origin}/v1/live',
      query: { topics: 'economy' },
      onAlert: (alert) => had.push(alert.headline),
      onState: connected,
    }));
  })()`);
  await stack.api.createAlert({ headline: 'خبر اقتصادي', topics: ['economy'] });
  await expect.poll(() => page.evaluate('had'), { timeout: 10_000 }).toEqual(['خبر اقتصادي']);
  expect(faults).toEqual([]);
});

test('a site that is not allowed gets nothing, and its page stays whole', async () => {
  await stack.api.createAlert({ headline: 'خبر للمسموح لهم' });
  const refused = page.waitForEvent('websocket').then((socket) => socket.waitForEvent('socketerror'));
  await page.goto(stranger.origin);
  await refused;
  expect([await height(), await status().textContent()]).toEqual([0, '']);
  expect(await page.getByRole('heading').textContent()).toBe('مقال');
  await expect
    .poll(() => page.evaluate('told.map(String)'))
    .toEqual([expect.stringContaining(`name ${stranger.origin} in its ALLOWED_ORIGINS`)]);
  expect(faults).toEqual([]);
});

test('it works inlined, evaluated, as a module, with the element’s own origin', async () => {
  await stack.api.createAlert({ headline: 'خبر لكل طريقة', urgency: 'urgent' });
  const text = await (await fetch(`${stack.origin}/bar.js`)).text();
  const inlined = `<ajil-bar origin="${stack.origin}" topics="world, economy"></ajil-bar>`;
  const ways = [
    `${inlined}<script>${text}</script>`,
    `${inlined}<script>(0, eval)(${JSON.stringify(text).replaceAll('<', '\\u003c')})</script>`,
    `<script>${text}</script>${inlined}`,
    `<script type="module" src="${stack.origin}/bar.js"></script>`,
    `<script src="${stack.origin}/bar.js" data-topics="world, economy" async></script>`,
  ];
  for (const way of ways) {
    open.serve({ html: sitePage(way) });
    await page.goto(open.origin);
    await page.getByText('خبر لكل طريقة').waitFor({ timeout: 3000 });
    expect(await page.evaluate('told.filter(([name]) => name === "ajil-error")')).toEqual([]);
  }
});

test.each([
  ['a wrong filter', 'data-topics="World"', 'topics:'],
  ['an unknown topic', 'data-topics="wrold"', 'the newsroom has no topic "wrold"'],
  ['a wrong language', 'data-lang="en_US"', 'lang:'],
])('%s is said in the console and by ajil-error', async (_what, attributes, said) => {
  open.serve({ html: sitePage(`<script src="${stack.origin}/bar.js" ${attributes} async></script>`) });
  const lines: string[] = [];
  page.on('console', (message) => void (message.text().startsWith('ajil-bar') && lines.push(message.text())));
  await page.goto(open.origin);
  await expect.poll(() => page.evaluate('told.map(String)')).toEqual([expect.stringContaining(said)]);
  expect(lines).toEqual([expect.stringContaining(said)]);
});

test('a bar that does not know where Ajil is says so', async () => {
  const text = await (await fetch(`${stack.origin}/bar.js`)).text();
  open.serve({ html: sitePage(`<script>${text}</script><ajil-bar></ajil-bar>`) });
  await page.goto(open.origin);
  expect(await page.evaluate('told.map(String)')).toEqual([expect.stringContaining('origin="https://…"')]);
});

/** As Firefox does where the reader blocks the site's cookies: all of it is there, and throws. */
const REFUSING = `{
  const refuse = () => { throw new DOMException('blocked', 'SecurityError'); };
  for (const name of ['localStorage', 'sessionStorage', 'caches']) Object.defineProperty(window, name, { get: refuse });
  window.BroadcastChannel = class { constructor() { refuse(); } };
  if (navigator.locks) navigator.locks.request = async () => refuse();
  if (navigator.serviceWorker) navigator.serviceWorker.register = async () => refuse();
}`;

test('where the browser refuses its storage, locks and channels, the bar and our own pages live', async () => {
  const { id } = await stack.api.createAlert({ headline: 'خبر بلا تخزين' });
  await page.addInitScript(REFUSING);
  await page.goto(allowed.origin);
  await page.getByText('خبر بلا تخزين').waitFor();
  await page.locator('.close').click();
  await expect.poll(() => page.evaluate('told.at(-1)')).toEqual(['ajil-hide', 'dismissed']);
  await page.goto(stack.origin);
  await page.locator('.line.live').waitFor();
  await page.locator('a.language').click();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.goto(`${stack.origin}/a/${id}`);
  await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body: { change: 'retraction' } });
  await page.locator('h1 del').waitFor();
  expect(faults).toEqual([]);
});

test('where a policy or a proxy lets no WebSocket through, an alert is there within three seconds', async () => {
  await stack.api.createAlert({ headline: 'خبر رغم الوكيل' });
  await page.routeWebSocket('**/v1/live*', () => undefined);
  await page.goto(allowed.origin);
  await page.getByText('خبر رغم الوكيل').waitFor({ timeout: 3000 });
  expect(await page.evaluate('told')).toEqual([['ajil-show', 'new']]);
});

test.each([65, -24 * 60])(
  'a device whose clock is %i minutes ahead shows what is current',
  async (minutes) => {
    await stack.api.createAlert({ headline: `خبر رغم الساعة ${minutes}` });
    await page.clock.setSystemTime(Date.now() + minutes * 60_000);
    await page.goto(allowed.origin);
    await page.getByText('خبر رغم الساعة').waitFor();
    expect(await page.locator('.age').textContent()).toBe('الآن');
  },
);

test.each([390, 1280])('an alert that stands when a page of %i px is opened moves nothing', async (width) => {
  await stack.api.createAlert({ headline: `${'خبر قائم عند الفتح '.repeat(5)}${width}` });
  await page.setViewportSize({ width, height: 800 });
  await page.addInitScript(`globalThis.shifts = 0;
    new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shifts += value; })
      .observe({ type: 'layout-shift', buffered: true })`);
  open.serve({ html: sitePage(`<script src="${stack.origin}/bar.js" async></script>`) });
  await page.goto(open.origin);
  await page.getByText('خبر قائم').waitFor();
  await page.waitForFunction(`!${bar}.shadowRoot.querySelector('.frame').getAnimations().length`);
  expect(await page.evaluate('shifts')).toBeLessThan(0.02);
});

test('a retraction is said, and what stands behind it is not read out again; quiet news is not called breaking', async () => {
  await page.goto(allowed.origin);
  await stack.api.createAlert({ headline: 'خبر هادئ', urgency: 'normal' });
  await page.getByText('خبر هادئ').waitFor();
  expect(await status().innerText()).toMatch(/^خبر\s+خبر هادئ$/);
});
