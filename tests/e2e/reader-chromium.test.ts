import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import type { SubscriptionJson } from '../support/push-service/virtual.ts';
import { startStack, type Stack } from '../support/stack.ts';
import { stubSubscribe } from '../support/stubbed-subscribe.ts';

let service: PushService;
let stack: Stack;
let chromium: Chromium;
let subscription: SubscriptionJson;
/** Can subscribe. */
let subscriber: BrowserContext;
let visitor: BrowserContext;

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium] = await Promise.all([startStack({ pushServices: [service] }), startChromium()]);
  subscription = await service.createSubscription({ applicationServerKey: stack.vapidPublicKey });
  // Nothing moves: without a graphics card that costs whole cores.
  const reducedMotion = 'reduce';
  subscriber = await chromium.newBrowser({ reducedMotion, permissions: ['notifications'] });
  await stubSubscribe(subscriber, subscription);
  visitor = await chromium.newBrowser({ reducedMotion });
});
afterEach(async () => {
  for (const page of [...subscriber.pages(), ...visitor.pages()].slice(1)) await page.close();
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

async function open(reader: BrowserContext): Promise<Page> {
  const page = await reader.newPage();
  await page.goto(stack.origin);
  await page.locator('.line.live').waitFor();
  await page.locator('ajil-notifications .card').waitFor();
  return page;
}

/** What the server knows of the subscription that this browser remembers. */
async function atServer(page: Page): Promise<unknown> {
  const id = await page.evaluate(`caches.open('ajil-subscription')
    .then((cache) => cache.match('/subscription'))
    .then((stored) => stored?.json())
    .then((record) => record?.id)`);
  if (typeof id !== 'string') return undefined;
  const { status, body } = await stack.api.asReader(id, subscription.keys.auth);
  return status === 200 ? body : status;
}

const addVersion = async (id: string, body: object): Promise<void> => {
  expect((await stack.api.asEditor(`/v1/alerts/${id}/versions`, { method: 'POST', body })).status).toBe(201);
};

/** What has the focus, as a keyboard's reader knows it: its name, and whether it is seen to have it. */
const focused = (page: Page): Promise<{ name: string; seen: boolean }> =>
  page.evaluate(`(() => {
    const element = document.activeElement;
    const label = element.closest('label');
    const drawn = label?.querySelector('span') ?? element;
    const name = (label ?? element).textContent.trim().replaceAll(/\\s+/g, ' ');
    return { name, seen: getComputedStyle(drawn).outlineStyle !== 'none' };
  })()`);

async function tabTo(page: Page, name: string): Promise<void> {
  for (let steps = 0; steps < 40; steps++) {
    await page.keyboard.press('Tab');
    const { name: reached, seen } = await focused(page);
    expect([reached, seen]).toEqual([reached, true]);
    if (reached.startsWith(name)) return;
  }
  throw new Error(`forty tabs do not reach ${name}`);
}

test('by keyboard alone: topics chosen, notifications on, language switched, notifications off', async () => {
  const page = await open(subscriber);
  await tabTo(page, 'انتقل إلى الأخبار');
  await tabTo(page, 'اقتصاد');
  await tabTo(page, 'اختياراتك');
  await tabTo(page, 'رياضة');
  await page.keyboard.press('Space');
  await tabTo(page, 'العاجل'); // the group of what shall come
  await page.keyboard.press('ArrowLeft'); // onwards, right to left
  expect((await focused(page)).name).toBe('كل الأخبار');
  await tabTo(page, 'فعّل الإشعارات');
  await page.keyboard.press('Enter');
  await page.locator('.card.on').waitFor();
  expect(await page.locator('.card [role=status]').textContent()).toBe('فُعّلت الإشعارات على هذا الجهاز.');
  expect((await focused(page)).name).toBe('الإشعارات مفعّلة');
  const chosen = { topics: ['politics', 'sport', 'world'], urgency: 'normal', lang: 'ar' };
  expect(await atServer(page)).toMatchObject(chosen);

  await page.reload();
  await page.locator('.card.on').waitFor();
  await tabTo(page, 'English');
  await page.keyboard.press('Enter');
  expect(
    await page.evaluate('[document.documentElement.lang, document.documentElement.dir, document.title]'),
  ).toEqual(['en', 'ltr', 'Ajil']);
  await page.getByText('Notifications now come in the language of this page.').waitFor();
  expect((await focused(page)).name).toBe('العربية');
  await page.reload();
  await page.getByText('Notifications are on').waitFor();
  expect(await atServer(page)).toMatchObject({ ...chosen, lang: 'en' });

  await tabTo(page, 'Turn off notifications');
  await page.keyboard.press('Enter');
  await page.getByText('Notifications are off for this device').waitFor();
  expect(await atServer(page)).toBeUndefined();
  await page.getByRole('link', { name: 'العربية' }).click();
});

test('by pointer: not now, after all, another language, a section of the news', async () => {
  const page = await open(subscriber);
  await page.getByRole('button', { name: 'ليس الآن' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'إشعارات العاجل' }).click();
  await page.locator('.card .option', { hasText: 'كل اللغات' }).click();
  for (const topic of ['العالم', 'سياسة']) await page.locator('.card .option', { hasText: topic }).click();
  await page.getByRole('button', { name: 'فعّل الإشعارات' }).click();
  expect(await page.locator('.card [role=status]').textContent()).toBe('اختر موضوعًا واحدًا على الأقل.');
  await page.locator('.card .option', { hasText: 'أوكرانيا' }).click();
  await page.getByRole('button', { name: 'فعّل الإشعارات' }).click();
  await page.locator('.card.on').waitFor();
  expect(await atServer(page)).toMatchObject({ topics: ['ukraine'], urgency: 'urgent' });
  expect(await atServer(page)).not.toHaveProperty('lang');
  await page.locator('.card .option', { hasText: 'العالم' }).click();
  await page.getByText('حُفظت اختياراتك.').waitFor();
  expect(await atServer(page)).toMatchObject({ topics: ['ukraine', 'world'] });

  await stack.api.createAlert({ headline: 'خبر من الملعب', topics: ['sport'] });
  await page.locator('.alerts', { hasText: 'خبر من الملعب' }).waitFor();
  await page.getByRole('link', { name: 'تكنولوجيا' }).click();
  expect(new URL(page.url()).search).toBe('?topic=technology');
  await page.getByText('لا أخبار عاجلة الآن').waitFor();
  await page.getByRole('link', { name: 'رياضة', exact: true }).click();
  await page.locator('.alerts', { hasText: 'خبر من الملعب' }).waitFor();
});

test('the bar lives: an alert, its correction and its retraction come without reloading, and are said once', async () => {
  const page = await open(visitor);
  const bar = page.locator('ajil-bar').getByRole('status');
  await page.evaluate(`{
    globalThis.said = [];
    const place = document.querySelector('ajil-bar').shadowRoot.querySelector('[role=status]');
    new MutationObserver(() => place.ariaLive !== 'off' && said.push(place.textContent.trim())).observe(place, {
      subtree: true, childList: true, characterData: true,
    });
  }`);
  const saidOf = async (word: string): Promise<string[]> =>
    (await page.evaluate<string[]>('said')).filter((text) => text.includes(word));

  const { id } = await stack.api.createAlert({ headline: 'الجسر مغلق منذ الفجر' });
  await bar.getByText('الجسر مغلق منذ الفجر').waitFor();
  await stack.api.createAlert({ headline: 'افتتاح معرض الكتاب', urgency: 'normal' });
  const quiet = page.locator('.alerts > li', { hasText: 'افتتاح معرض الكتاب' });
  await quiet.waitFor();
  expect(await quiet.locator('.label').count()).toBe(0);
  expect(await saidOf('الجسر')).toEqual(['عاجلالجسر مغلق منذ الفجر']);

  await addVersion(id, { change: 'correction', headline: 'الجسر مغلق منذ الظهر', note: 'أخطأنا في الوقت' });
  await bar.getByText('الجسر مغلق منذ الظهر').waitFor();
  await bar.getByText('أخطأنا في الوقت').waitFor();
  const item = page.locator('.alerts > li', { hasText: 'الجسر' });
  await item.locator('.change.correction', { hasText: 'أخطأنا في الوقت' }).waitFor();
  await addVersion(id, { change: 'retraction', note: 'الجسر مفتوح' });
  await bar.getByText('خبر مسحوب').waitFor();
  await item.locator('del').waitFor();
  expect(await item.locator('a[href^="http"], img').count()).toBe(0);
});

test('the notifications’ language follows the page’s switch, before and after they are on, until the reader chooses it', async () => {
  const english = await chromium.newReader({ locale: 'en', permissions: ['notifications'] });
  await stubSubscribe(english, subscription);
  const page = await english.newPage();
  await page.goto(stack.origin);
  await page.getByRole('button', { name: 'فعّل الإشعارات' }).waitFor();
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Turn on notifications' }).click();
  await page.locator('.card.on').waitFor();
  expect(await atServer(page)).toMatchObject({ lang: 'en' });

  await page.getByRole('link', { name: 'العربية' }).click();
  await page.getByText('تصلك الإشعارات من الآن بلغة هذه الصفحة.').waitFor();
  expect(await atServer(page)).toMatchObject({ lang: 'ar' });
  await page.getByRole('radio', { name: 'الإنجليزية' }).check();
  await page.getByText('حُفظت اختياراتك.').waitFor();
  expect(await atServer(page)).toMatchObject({ lang: 'en' });
  for (const language of ['English', 'العربية', 'English']) {
    await page.getByRole('link', { name: language }).click();
  }
  await page.reload();
  await page.getByText('Notifications are on').waitFor();
  expect(await atServer(page)).toMatchObject({ lang: 'en' });
});

test('a reader whose only topic was deleted keeps it, on each visit and with another choice', async () => {
  const topic = { names: { ar: 'صحة', en: 'Health' }, order: 1, default: false };
  const change = async (method: string, body?: object): Promise<number> =>
    (await stack.api.asEditor('/v1/topics/health', { method, ...(body === undefined ? {} : { body }) }))
      .status;
  expect(await change('PUT', topic)).toBe(201);
  const reader = await chromium.newReader({ permissions: ['notifications'] });
  await stubSubscribe(reader, subscription);
  const page = await open(reader);
  await page.getByRole('checkbox', { name: 'صحة' }).check();
  for (const name of ['العالم', 'سياسة']) await page.getByRole('checkbox', { name }).uncheck();
  await page.getByRole('button', { name: 'فعّل الإشعارات' }).click();
  await page.locator('.card.on').waitFor();
  expect(await atServer(page)).toMatchObject({ topics: ['health'] });

  expect(await change('DELETE')).toBe(204);
  const told = page.waitForResponse(
    (answer) => answer.url().endsWith('/v1/subscriptions') && answer.request().method() === 'POST',
  );
  await page.reload();
  expect((await told).status()).toBe(200);
  expect(await atServer(page)).toMatchObject({ topics: ['health'] });

  expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
  await page.getByRole('checkbox', { name: 'اقتصاد' }).check();
  await page.getByText('حُفظت اختياراتك.').waitFor();
  expect(await atServer(page)).toMatchObject({ topics: ['economy', 'health'] });
});

test('a visitor who blocked notifications is told so, and can hide the card', async () => {
  const blocked = await chromium.newReader();
  await blocked.addInitScript(`Object.defineProperty(Notification, 'permission', { value: 'denied' })`);
  const page = await blocked.newPage();
  await page.goto(stack.origin);
  await page.getByText('الإشعارات ممنوعة لهذا الموقع').waitFor();
  expect(await page.getByRole('button', { name: 'فعّل الإشعارات' }).count()).toBe(0);
  await page.getByRole('button', { name: 'إخفاء' }).click();
  await page.reload();
  await page.getByRole('button', { name: 'إشعارات العاجل' }).waitFor();
});

test('on paper there is the news alone; in forced colours the chosen section shows', async () => {
  const { id } = await stack.api.createAlert({ headline: 'خبر للورق', topics: ['sport'], urgency: 'flash' });
  const page = await open(visitor);
  await page.locator(`#alert-${id}, [data-id="${id}"], a[href$="${id}"]`).first().waitFor();
  await page.emulateMedia({ media: 'print' });
  for (const part of ['ajil-bar', 'ajil-notifications', 'button']) {
    const seen = await page
      .locator(part)
      .evaluateAll((all) => all.filter((element) => element.checkVisibility()).length);
    expect([part, seen]).toEqual([part, 0]);
  }
  expect(await page.getByText('خبر للورق').first().isVisible()).toBe(true);
  await page.emulateMedia({ media: 'screen', forcedColors: 'active' });
  const chosen = page.locator('nav [aria-current]').first();
  const other = page.locator('nav a:not([aria-current])').first();
  const look = (one: typeof chosen): Promise<unknown> =>
    one.evaluate((element) => {
      const { backgroundColor, borderColor, outlineStyle } =
        element.ownerDocument.defaultView?.getComputedStyle(element) ?? {};
      return [backgroundColor, borderColor, outlineStyle];
    });
  expect(await look(chosen)).not.toEqual(await look(other));
});

test('without scripts the front page has its list, its bar and its sections', async () => {
  await stack.api.createAlert({ headline: 'بلا سكربت', topics: ['sport'] });
  const page = await (await chromium.newReader({ javaScriptEnabled: false })).newPage();
  await page.goto(stack.origin);
  await page.locator('.alerts h3 a', { hasText: 'بلا سكربت' }).waitFor();
  await page.locator('ajil-bar .headline', { hasText: 'بلا سكربت' }).waitFor();
  expect(await page.locator('ajil-notifications').isVisible()).toBe(false);
  await page.getByRole('link', { name: 'تكنولوجيا' }).click();
  await page.getByText('لا أخبار عاجلة الآن').waitFor();
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('link', { name: 'Technology' }).waitFor();
});

/** Elements with their attributes and texts, without what server and browser must write differently: times and links' bases. */
const ELEMENTS = `(root) => {
  const skipped = new Set(['STYLE', 'BUTTON']);
  const seen = [...root.querySelectorAll('*')].filter((element) =>
    !skipped.has(element.tagName) && !element.closest('ajil-notifications, .close, .share'));
  return seen.map((element) => {
    const left = new Set(['style', 'title', 'aria-live', 'aria-atomic', 'target']);
    const attributes = [...element.attributes]
      .filter(({ name }) => !left.has(name) && !(name === 'role' && element.matches('.news')))
      .map(({ name, value }) => name + '=' + (name === 'href' ? new URL(value, location.href).href : value.trim().replace(/\\s+/g, ' ')));
    const own = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data.trim()).join('');
    const text = element.matches('time, .line') ? '' : own;
    const known = element.matches('.line, .frame') ? [] : attributes.sort();
    return [element.tagName.toLowerCase(), ...known, text].join(' ');
  });
}`;

test('the script writes what the server wrote, page and bar', async () => {
  const first = await stack.api.createAlert({ headline: 'خبر يُسحب بعد قليل', topics: ['world'] });
  const second = await stack.api.createAlert({
    headline: 'خبر عاجل <ويبقى>',
    body: 'تفاصيل',
    urgency: 'flash',
  });
  await addVersion(first.id, { change: 'retraction', note: 'لم يتأكد' });
  await addVersion(second.id, { change: 'correction', note: 'صُحح الاسم' });
  const noScripts = await chromium.newReader({ javaScriptEnabled: false });
  // The server does not know the reader's day: here it is the server's.
  const scripts = await chromium.newReader({ timezoneId: 'UTC', reducedMotion: 'reduce' });
  for (const language of ['ar', 'en']) {
    const [page, written] = [await scripts.newPage(), await noScripts.newPage()];
    for (const each of [page, written]) await each.goto(`${stack.origin}/?lang=${language}`);
    await page.locator('.line.live').waitFor();
    await page.locator('ajil-bar .headline').waitFor();
    for (const part of ["querySelector('ajil-reader')", "querySelector('ajil-bar').shadowRoot"]) {
      const read = (from: Page): Promise<string[]> => from.evaluate(`(${ELEMENTS})(document.${part})`);
      const byServer = await read(written);
      expect(await read(page)).toEqual(byServer);
      expect(byServer.length).toBeGreaterThan(5);
    }
  }
});

test('every control has a name, every part of the page a landmark, and nothing is wider than a small phone', async () => {
  const { id } = await stack.api.createAlert({
    headline: 'عنوان طويل جدًا '.repeat(12).trim(),
    url: 'https://news.example/article',
  });
  const long = await stack.api.createAlert({
    headline: 'W'.repeat(200),
    body: `#${'القمة_العربية_'.repeat(12)}`,
  });
  await addVersion(long.id, { change: 'update', note: `https://news.example/${'a'.repeat(200)}` });
  const page = await open(visitor);
  await page.setViewportSize({ width: 360, height: 740 });
  const devtools = await visitor.newCDPSession(page);
  for (const path of ['/', `/a/${id}`, `/a/${long.id}`, '/a/nothing']) {
    await page.goto(stack.origin + path);
    await page.locator('main').waitFor();
    const { nodes } = await devtools.send('Accessibility.getFullAXTree');
    const seen = nodes
      .filter(({ ignored }) => !ignored)
      .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? '') }));
    const controls = seen.filter(({ role }) =>
      /^(button|link|checkbox|radio|textbox|DisclosureTriangle)$/.test(role),
    );
    expect(controls.length).toBeGreaterThan(0);
    expect(controls.filter(({ name }) => name.trim() === '')).toEqual([]);
    expect(seen.filter(({ role }) => role === 'heading').length).toBeGreaterThan(0);
    expect(seen.map(({ role }) => role)).toEqual(expect.arrayContaining(['banner', 'main', 'contentinfo']));
    expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 360]);
  }
});

test('without the server the page says so and keeps trying; without the network it keeps what it has', async () => {
  // Playwright does not see the requests of a page that has a service worker.
  const stranded = await chromium.newReader({ reducedMotion: 'reduce', serviceWorkers: 'block' });
  await stranded.route('**/v1/**', (route) => route.fulfill({ status: 503, body: '' }));
  await stranded.routeWebSocket('**/v1/live*', (socket) => socket.close());
  const page = await stranded.newPage();
  await page.goto(stack.origin);
  // What the server wrote is there all the same.
  expect(await page.locator('.alerts > li').count()).toBeGreaterThan(0);
  await page.getByRole('link', { name: 'تكنولوجيا' }).click();
  await page.getByText('تعذّر تحميل الأخبار').waitFor();
  await page.getByRole('link', { name: 'كل الأخبار' }).click();
  await stranded.unroute('**/v1/**');
  await page.locator('ajil-notifications .card').waitFor();
  expect(await page.locator('.alerts > li').count()).toBeGreaterThan(0);
  await stranded.setOffline(true);
  await page.getByText('لا يوجد اتصال بالشبكة').waitFor();
  expect(await page.locator('.alerts > li').count()).toBeGreaterThan(0);
  await stranded.setOffline(false);
  await page.getByText('لا يوجد اتصال بالشبكة').waitFor({ state: 'detached' });
});

test('an alert’s own page is whole without scripts, and with them follows its corrections', async () => {
  const { id } = await stack.api.createAlert({ headline: 'صفحة الخبر', body: 'نصه' });
  const plain = await (await chromium.newReader({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${stack.origin}/a/${id}`);
  expect(await plain.locator('h1').textContent()).toBe('صفحة الخبر');
  expect((await plain.locator('header').boundingBox())?.height).toBeGreaterThan(40);

  const page = await visitor.newPage();
  await page.goto(`${stack.origin}/a/${id}`);
  await expect.poll(async () => page.locator('.alert-meta time').textContent()).not.toContain('UTC');
  await addVersion(id, { change: 'correction', headline: 'صفحة الخبر الصحيح', note: 'كان ناقصًا' });
  await page.locator('h1', { hasText: 'صفحة الخبر الصحيح' }).waitFor();
  await expect.poll(() => page.locator('.history li').count()).toBe(2);
});
