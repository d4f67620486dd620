import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startSite, type Site } from '../support/site.ts';
import { startStack, type Stack } from '../support/stack.ts';

let stack: Stack;
let chromium: Chromium;
let reader: BrowserContext;
let site: Site;

beforeAll(async () => {
  site = await startSite();
  [stack, chromium] = await Promise.all([
    startStack({ env: { ALLOWED_ORIGINS: site.origin } }),
    startChromium(),
  ]);
  reader = await chromium.newBrowser();
});
afterAll(async () => {
  await chromium.stop();
  await stack.stop();
  site.stop();
});

/** As a server that includes the bar makes its page. */
async function serve(): Promise<void> {
  const bar = await (await fetch(`${stack.origin}/bar.html?topics=world&lang=ar`)).text();
  site.serve({
    html: `<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>موقع</title>
      <script>window.told = []; window.shifts = 0;
        for (const name of ['ajil-show', 'ajil-open', 'ajil-hide'])
          addEventListener(name, ({ detail }) => told.push(name + ' ' + (detail.reason ?? detail.alert.headline)));
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) shifts += entry.value; })
          .observe({ type: 'layout-shift', buffered: true });
      </script></head><body>${bar}<main><h1>مقال</h1></main>
      <script src="${stack.origin}/bar.js" async></script></body></html>`,
  });
}
const seen = (page: Page) =>
  page.evaluate<Record<string, unknown> & { height: number }>(`(() => {
    const bar = document.querySelector('ajil-bar');
    const part = (name) => bar.shadowRoot?.querySelector('.' + name)?.textContent.trim();
    return { height: bar.getBoundingClientRect().height, label: part('label'), headline: part('headline'), age: part('age'),
      main: document.querySelector('main').getBoundingClientRect().top, font: bar.shadowRoot && getComputedStyle(bar.shadowRoot.querySelector('.headline')).font };
  })()`);

test('a page has the bar before any script, and its script takes it over without moving anything', async () => {
  await stack.api.createAlert({ headline: 'إغلاق المطار بسبب عاصفة رملية تضرب المدينة منذ الفجر' });
  await serve();
  const page = await reader.newPage();
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/bar.js', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(site.origin, { waitUntil: 'domcontentloaded' });
  const first = await seen(page);
  expect(first).toMatchObject({
    label: 'عاجل',
    headline: 'إغلاق المطار بسبب عاصفة رملية تضرب المدينة منذ الفجر',
    age: 'الآن',
  });
  expect(first.height).toBeGreaterThan(40);
  release();
  await page.locator('ajil-bar button').waitFor();
  const after = await seen(page);
  expect({ ...after, age: first['age'] }).toEqual(first);
  // The live line has told what is current: it is what the page has.
  await stack.api.createAlert({ headline: 'خبر بعد الأول' });
  await page.getByText('خبر بعد الأول').waitFor();
  expect(await page.evaluate('shifts')).toBe(0);
  await page.route('**/a/*', (route) => route.fulfill({ status: 204 }));
  await page.getByRole('link', { name: 'خبر بعد الأول' }).click();
  await page.evaluate("document.querySelector('ajil-bar').dismiss()");
  await expect
    .poll(() => page.evaluate('told'))
    .toEqual([
      'ajil-show إغلاق المطار بسبب عاصفة رملية تضرب المدينة منذ الفجر',
      'ajil-hide replaced',
      'ajil-show خبر بعد الأول',
      'ajil-open خبر بعد الأول',
      'ajil-hide dismissed',
    ]);
  // It is in the page again, but this reader has closed it.
  await serve();
  await page.reload();
  await expect.poll(() => page.evaluate("customElements.get('ajil-bar') !== undefined")).toBe(true);
  expect(await page.evaluate("document.querySelector('ajil-bar').offsetHeight")).toBe(0);
  await page.close();
});

test('without scripts the bar is there, and leads to the alert', async () => {
  const alert = await stack.api.createAlert({ headline: 'خبر بلا نصوص برمجية' });
  await expect
    .poll(async () => (await fetch(`${stack.origin}/bar.html?topics=world&lang=ar`)).text())
    .toContain(alert.id);
  await serve();
  const plain = await chromium.newReader({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(site.origin);
  const link = page.locator('ajil-bar a');
  expect(await link.getAttribute('href')).toBe(`${stack.origin}/a/${alert.id}`);
  const box = await page.locator('ajil-bar').boundingBox();
  expect(box?.height).toBeGreaterThan(40);
  await plain.close();
});

test('a strict site’s page has a list of the last alerts that stays up to date', async () => {
  await stack.api.createAlert({ headline: 'هدف الفوز', topics: ['sport'], urgency: 'normal' });
  const wrong = await stack.api.createAlert({ headline: 'إلغاء المباراة', topics: ['sport'] });
  await stack.api.createAlert({ headline: 'خبر من العالم' });
  site.serve({
    html: `<!doctype html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>موقع</title></head><body>
      <ajil-list topics="sport" lang="ar" limit="2" label="آخر أخبار الرياضة"></ajil-list>
      <script src="${stack.origin}/list.js" async></script></body></html>`,
    contentSecurityPolicy: `default-src 'none'; script-src ${stack.origin}; connect-src ${stack.origin} ${stack.origin.replace('http', 'ws')}; require-trusted-types-for 'script'`,
  });
  const page = await reader.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(site.origin);
  const items = page.getByRole('list', { name: 'آخر أخبار الرياضة' }).getByRole('listitem');
  const texts = async (): Promise<string[]> =>
    (await items.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
  await expect.poll(texts).toEqual(['عاجل الآن إلغاء المباراة', 'الآن هدف الفوز']);
  await stack.api.asEditor(`/v1/alerts/${wrong.id}/versions`, {
    method: 'POST',
    body: { change: 'retraction', note: 'المباراة في موعدها' },
  });
  await expect.poll(texts).toEqual(['خبر مسحوب الآن إلغاء المباراة المباراة في موعدها', 'الآن هدف الفوز']);
  expect(await items.first().locator('del').innerText()).toBe('إلغاء المباراة');
  await items.first().getByRole('link').focus();
  await stack.api.createAlert({ headline: 'بداية المباراة', topics: ['sport'], urgency: 'normal' });
  await expect
    .poll(texts)
    .toEqual(['الآن بداية المباراة', 'خبر مسحوب الآن إلغاء المباراة المباراة في موعدها']);
  // What the reader is at stays in place.
  expect(await page.evaluate('document.activeElement.shadowRoot.activeElement.innerText')).toBe(
    'إلغاء المباراة',
  );
  expect(await items.first().getAttribute('dir')).toBe('rtl');
  expect(faults).toEqual([]);
  await page.close();
});
