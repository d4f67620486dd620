import type { BrowserContext } from 'playwright-core';
import { afterAll, beforeAll, expect, test as base } from 'vitest';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { followLive, openDesk, setUndoSeconds, type DeskPage } from '../support/desk-page.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';

const READERS = 12;
let service: PushService;
let stack: Stack;
let chromium: Chromium;
let context: BrowserContext;
let endpoints: string[];

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium] = await Promise.all([startStack({ pushServices: [service] }), startChromium()]);
  const applicationServerKey = stack.vapidPublicKey;
  const readers = await service.createSubscriptions(READERS, { applicationServerKey });
  endpoints = readers.map(({ endpoint }) => endpoint);
  await stack.api.subscribeAll(readers);
  context = await chromium.newBrowser();
  await setUndoSeconds(stack, 0);
});
afterAll(async () => {
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

/** The desk in a tab of its own, signed in; the first test does that by hand. */
const test = base.extend<{ desk: DeskPage }>({
  desk: async ({ onTestFailed }, use) => {
    onTestFailed(() => void process.stderr.write(stack.logs()));
    if (!(await context.cookies()).some(({ name }) => name.includes('session'))) {
      await context.request.post(`${stack.origin}/v1/session`, { data: { key: stack.adminKey } });
    }
    const desk = await openDesk(context, stack.origin);
    await use(desk);
    await desk.page.evaluate('localStorage.clear()');
    await context.clearCookies({ name: 'ajil-language' });
    await desk.page.close();
    await service.clearFaults();
    if (desk.complaints.length > 0) throw new Error(desk.complaints.join('\n'));
  },
});

async function alertsCalled(headline: string): Promise<EditorAlert[]> {
  const { body } = await stack.api.asEditor('/v1/alerts?limit=50');
  return (body as { alerts: EditorAlert[] }).alerts.filter((alert) => alert.headline === headline);
}

/** Until every delivery of the alert has an outcome, as the page shows it. */
async function untilReported(desk: DeskPage): Promise<Record<string, number>> {
  await expect
    .poll(async () => (await desk.figures())['outcome accepted'], { timeout: 15_000 })
    .toBe(READERS);
  return desk.figures();
}

test('an editor signs in, writes, counts, confirms and sends by keyboard alone, and the report adds up', async ({
  desk,
}) => {
  const { page } = desk;
  const live = await followLive(stack.origin);
  await context.clearCookies();
  await page.reload();
  await desk.signIn('ajil_wrong');
  await page.getByText('هذا المفتاح غير معروف').waitFor();
  expect(await page.locator('#key').getAttribute('aria-invalid')).toBe('true');
  await page.locator('#key').fill('');
  await desk.signIn(stack.adminKey);

  // The focus is in the headline, and Tab leads through the form.
  const headline = 'الصين وروسيا تناقشان إنشاء "بنية أمنية جديدة" في أوراسيا';
  await page.locator('[name="headline"]:focus').waitFor();
  await page.keyboard.insertText(headline);
  await page.keyboard.press('Tab');
  await page.keyboard.insertText('لقاء على هامش اجتماع آسيان.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  await page.getByText(`إلى ${READERS} جهازًا وصفحة مفتوحة واحدة الآن`).first().waitFor();
  expect(await page.locator('.bar').innerText()).toContain(headline);
  const counted = Number(await page.locator('[data-bytes]').getAttribute('data-bytes'));
  expect(await page.evaluate('Object.values(localStorage).join()')).not.toContain(stack.adminKey);

  await page.keyboard.press('Control+Enter');
  await page.locator('dialog[open] h2:focus').waitFor();
  expect(await page.locator('dialog[open]').innerText()).toContain(`${READERS} جهازًا`);
  // Enter, pressed twice, does not answer the question.
  await page.keyboard.press('Enter');
  expect(await page.locator('dialog[open]').count()).toBe(1);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');

  await page.locator('h1:focus').getByText(headline).waitFor();
  const { accepted, early, ...rest } = await untilReported(desk);
  expect([accepted, early, rest['live']]).toEqual([READERS, 100, 1]);
  const outcomes = Object.entries(rest).filter(([name]) => name.startsWith('outcome'));
  expect(outcomes.reduce((sum, [, count]) => sum + count, 0)).toBe(READERS);
  expect(live.heard.map((alert) => alert.headline)).toEqual([headline]);
  live.close();

  const [message] = await service.received(endpoints[0] ?? '');
  expect(Buffer.byteLength(message?.payload ?? '')).toBe(counted);
  await page.getByRole('link', { name: headline }).getByText('أُرسل').waitFor();
  await desk.write({ headline: '' });
  expect(await page.locator('[name="topics"]:checked').count()).toBe(1);
});

test('activated twice at once, by pointer, it sends once', async ({ desk }) => {
  const { page } = desk;
  await desk.write({ headline: 'مرتان' });
  await page.getByRole('button', { name: 'مراجعة وإرسال' }).dblclick();
  await page.locator('dialog[open]').waitFor();
  const posts: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/v1/alerts')) posts.push(request.url());
  });
  await page.evaluate(
    `for (let times = 0; times < 2; times++) document.querySelector('dialog .main').click()`,
  );
  await untilReported(desk);
  expect(posts).toHaveLength(1);
  expect(await alertsCalled('مرتان')).toHaveLength(1);
});

test('a lost answer, a reload and another try send once', async ({ desk }) => {
  const { page } = desk;
  await desk.write({ headline: 'جواب ضائع' });
  await page.route('**/v1/alerts', async (route) => {
    if (route.request().method() === 'POST') await route.fetch();
    await route.abort();
  });
  await (await desk.review()).locator('.main').click();
  await page.getByRole('alert').getByText('لا نعرف هل وصل الخبر').waitFor();
  expect(await page.locator('[name="headline"]').isDisabled()).toBe(true);
  await page.unroute('**/v1/alerts');
  await page.reload();
  await page.getByText('لا نعرف هل وصل الخبر').waitFor();
  expect(await page.locator('[name="headline"]').inputValue()).toBe('جواب ضائع');
  await page.getByRole('button', { name: 'إعادة المحاولة' }).click();
  await untilReported(desk);
  expect(await alertsCalled('جواب ضائع')).toHaveLength(1);
});

test('changed after a lost answer, the text is not sent as a second alert unless the editor says so', async ({
  desk,
}) => {
  const { page } = desk;
  await desk.write({ headline: 'نص أول' });
  await page.route('**/v1/alerts', async (route) => {
    if (route.request().method() === 'POST') await route.fetch();
    await route.abort();
  });
  await (await desk.review()).locator('.main').press('Enter');
  await page.getByRole('button', { name: 'تعديل النص' }).press('Enter');
  await page.unroute('**/v1/alerts');
  await page.locator('[name="headline"]:focus').fill('نص ثان');
  await (await desk.review()).locator('.main').press('Enter');
  await page.getByText('محاولة سابقة من هذه المسودة أُرسلت').waitFor();
  expect(await alertsCalled('نص ثان')).toEqual([]);
  await page.getByRole('button', { name: 'ابدأ مسودة جديدة' }).press('Enter');
  await desk.review();
  await desk.confirm();
  expect([await alertsCalled('نص أول'), await alertsCalled('نص ثان')].map((found) => found.length)).toEqual([
    1, 1,
  ]);
});

test('while the store is away it says so and keeps the text; one button sends it once it is back', async ({
  desk,
}) => {
  const { page } = desk;
  await desk.write({ headline: 'الخدمة غائبة' });
  await stack.redis.kill();
  try {
    await (await desk.review()).locator('.main').press('Enter');
    await page.getByText('الخدمة غير متاحة للحظات').waitFor();
  } finally {
    await stack.redis.restart();
  }
  await expect.poll(async () => (await stack.api.call('/readyz')).status, { timeout: 10_000 }).toBe(200);
  await page.getByRole('button', { name: 'إعادة المحاولة' }).press('Enter');
  await untilReported(desk);
  expect(await alertsCalled('الخدمة غائبة')).toHaveLength(1);
});

test('a repeated headline is held back until the editor insists', async ({ desk }) => {
  const { page } = desk;
  await stack.api.createAlert({ headline: 'خبر مكرر' });
  await desk.write({ headline: 'خَبر مكرّر!' });
  await (await desk.review()).locator('.main').press('Enter');
  await page.locator('.notice h2:focus').getByText('أُرسل العنوان نفسه').waitFor();
  expect(await alertsCalled('خَبر مكرّر!')).toEqual([]);
  await page.getByRole('button', { name: 'أرسله رغم ذلك' }).press('Enter');
  await page.locator('dialog[open]').getByText('سيصل إلى القرّاء مرة ثانية').waitFor();
  await desk.confirm();
  expect(await alertsCalled('خَبر مكرّر!')).toHaveLength(1);
});

test('what is too long or wrong is refused at its field, before anything is sent', async ({ desk }) => {
  const { page } = desk;
  const posts: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/v1/alerts')) posts.push(request.url());
  });
  await desk.write({ headline: 'ع'.repeat(200), body: 'ا'.repeat(990), topics: [] });
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.locator('[name="body"]:focus').waitFor();
  expect(await desk.fault('body').innerText()).toMatch(/اختصر بمقدار \d+ بايت/);
  expect(await page.locator('[name="body"]').getAttribute('aria-describedby')).toContain('body-fault');
  expect(await desk.fault('topics').innerText()).toContain('اختر موضوعًا');
  await page.locator('[name="body"]').fill('نص\u202eمقلوب');
  await desk.fault('body').getByRole('button').click();
  expect(await page.locator('[name="body"]').inputValue()).toBe('نصمقلوب');
  await page.locator('[name="topics"][value="world"]').check();
  await page.locator('[name="url"]').fill('http://news.example');
  await page.locator('[name="url"]').press('Control+Enter');
  await page.locator('[name="url"]:focus').waitFor();
  expect(await page.locator('[aria-invalid="true"]').count()).toBe(1);
  expect([posts, await page.locator('dialog[open]').count()]).toEqual([[], 0]);
});

test('a session that ends keeps the text, and signing in again goes on with it', async ({ desk }) => {
  const { page } = desk;
  await desk.write({ headline: 'جلسة منتهية' });
  await context.clearCookies();
  // The question asks the server about the text, which tells that nobody is signed in any more.
  await page.locator('[name="headline"]').press('Control+Enter');
  await page.getByText('نصّك محفوظ').waitFor();
  expect(await alertsCalled('جلسة منتهية')).toEqual([]);
  await desk.signIn(stack.adminKey);
  expect(await page.locator('[name="headline"]:focus').inputValue()).toBe('جلسة منتهية');
  await desk.review();
  await desk.confirm();
  expect(await alertsCalled('جلسة منتهية')).toHaveLength(1);
});

test('an alert is stopped midway, corrected and retracted, and open pages are told', async ({ desk }) => {
  const { page } = desk;
  const live = await followLive(stack.origin);
  await service.addFault({ type: 'answer', status: 503, where: { endpoints: endpoints.slice(0, 5) } });
  await desk.write({ headline: 'مقتل أربعة' });
  await desk.review();
  await desk.confirm();
  await expect.poll(async () => (await desk.figures())['outcome accepted']).toBe(READERS - 5);
  // It goes when sending ends, and the others must not move under the pointer then.
  const abort = page.getByRole('button', { name: 'إيقاف الإرسال' });
  expect(await abort.evaluate((button) => button.nextElementSibling)).toBeNull();
  await abort.press('Enter');
  await page
    .locator('dialog[open]')
    .getByText(`إلى ${READERS - 5} أجهزة من ${READERS}`)
    .waitFor();
  await page.getByRole('button', { name: 'أوقف الإرسال' }).press('Enter');
  await page.locator('.note.aborted:focus').waitFor();
  await page.locator('[data-outcome="pending"]').getByText('لم يُرسل').waitFor();
  await service.clearFaults();

  await page.getByRole('button', { name: 'تصحيح' }).click();
  await page.locator('[name="headline"]').fill('مقتل ثلاثة');
  await page.locator('[name="note"]').fill('صُحح العدد');
  expect(await page.locator('.device.android').innerText()).toContain('تصحيح: مقتل ثلاثة');
  await desk.review();
  await page.locator('dialog[open]').getByText('سفاري').waitFor();
  await page.locator('dialog[open] .main').click();
  await untilReported(desk);

  await page.getByRole('button', { name: 'سحب الخبر' }).press('Enter');
  await page.locator('[name="note"]').fill('لم يتأكد');
  await desk.review();
  await page.locator('dialog[open] .main').press('Enter');
  await page.locator('.alert header .status.retracted').waitFor();
  await untilReported(desk);
  expect(live.heard.map(({ change, headline, note }) => [change, headline, note])).toEqual([
    ['new', 'مقتل أربعة', null],
    ['correction', 'مقتل ثلاثة', 'صُحح العدد'],
    ['retraction', 'مقتل ثلاثة', 'لم يتأكد'],
  ]);
  live.close();
});

test('an English desk writes to readers of English; the question says to whom, and asks when text and language disagree', async ({
  desk,
}) => {
  const { page } = desk;
  await page.getByRole('button', { name: 'English' }).click();
  await desk.write({ headline: 'Parliament is dissolved', topics: ['politics'] });
  const question = await desk.review();
  const about = () => question.locator('[data-about]').allInnerTexts();
  expect(await about()).toEqual(['English', 'Politics']);
  await page.getByRole('button', { name: 'Back to the text' }).click();
  // A text that was begun keeps its language, whatever the editor switches to.
  await page.getByRole('button', { name: 'العربية' }).click();
  expect(await page.locator('[name="lang"]').inputValue()).toBe('en');
  await page.locator('[name="lang"]').selectOption('ar');
  await desk.review();
  expect(await about()).toEqual(['العربية', 'سياسة']);
  await question.getByText('لا يبدو النص مكتوبًا بهذه اللغة').waitFor();
  expect(await question.locator('.main').isDisabled()).toBe(true);
  await page.getByRole('button', { name: 'رجوع إلى النص' }).click();

  await page.locator('[name="lang"]').selectOption('en');
  await page.locator('[name="urgency"][value="flash"]').check();
  await desk.review();
  expect(await question.locator('.main').isDisabled()).toBe(true);
  await question.getByRole('checkbox').check();
  await question.locator('.main').press('Enter');
  await page.locator('.figures').waitFor();
  expect(await alertsCalled('Parliament is dissolved')).toMatchObject([{ lang: 'en', urgency: 'flash' }]);
  // The next one is written at once.
  await page.locator('.alert a.button').click();
  await page.locator('[name="headline"]:focus').waitFor();
});

test('signing out asks about drafts, and is said when it was not done', async ({ desk }) => {
  const { page } = desk;
  await desk.write({ headline: 'سرّي حتى المساء' });
  const session = '**/v1/session';
  await page.route(session, (route) =>
    route.request().method() === 'DELETE' ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'خروج' }).click();
  await page.getByRole('button', { name: 'احذف واخرج' }).click();
  await page.getByText('لم تخرج بعد').waitFor();
  expect(await page.locator('[name="headline"]').inputValue()).toBe('سرّي حتى المساء');
  await page.unroute(session);
  await page.getByRole('button', { name: 'خروج' }).click();
  await page.getByRole('button', { name: 'احذف واخرج' }).click();
  await page.locator('#key').waitFor();
  expect(await page.evaluate('Object.values(localStorage).join()')).not.toContain('سرّي');
  expect(await page.evaluate(`fetch('/v1/session').then(({ status }) => status)`)).toBe(401);
});

test('no word of an alert makes the desk wider than a phone', async ({ desk }) => {
  const { page } = desk;
  await page.setViewportSize({ width: 390, height: 844 });
  const { id } = await stack.api.createAlert({ headline: `#${'كلمة_'.repeat(39)}`, body: 'W'.repeat(300) });
  for (const hash of ['#/', `#/${id}`, `#/${id}/correction`, '#/history', '#/admin/topics']) {
    await page.evaluate(`location.hash = '${hash}'`);
    const shown = hash === `#/${id}` ? '.figures' : '[name="headline"], [name="q"], [data-topic="world"]';
    await page.locator(shown).waitFor();
    await page.locator('.lists .headline').first().waitFor();
    expect([hash, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([hash, 390]);
  }
});

test('the desk speaks English, left to right, and an alert is written in its own direction', async ({
  desk,
}) => {
  const { page } = desk;
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'New alert' }).waitFor();
  expect(await page.evaluate('[document.dir, document.documentElement.lang]')).toEqual(['ltr', 'en']);
  const direction = () => page.getByLabel('Headline').getAttribute('dir');
  expect([await direction(), await page.getByLabel('Language').inputValue()]).toEqual(['ltr', 'en']);
  await page.getByLabel('Language').selectOption('fr');
  expect(await direction()).toBe('ltr');
  expect(await page.locator('.device').first().getAttribute('dir')).toBe('ltr');
});
