import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFirefox, type Firefox } from '../support/firefox.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startStack, type Stack } from '../support/stack.ts';

let service: PushService;
let stack: Stack;
let firefox: Firefox;

beforeAll(async () => {
  service = await startPushService();
  [stack, firefox] = await Promise.all([
    startStack({ pushServices: [service] }),
    startFirefox(service.webSocketUrl),
  ]);
});
afterAll(async () => {
  await firefox?.stop();
  await stack?.stop();
  await service?.stop();
});

/** What the desk's section does when an editor adds this browser. */
async function addThisBrowser(page: Page): Promise<void> {
  const subscription = await page.evaluate(`(async () => {
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: '${stack.vapidPublicKey}' };
    return (await pushManager.subscribe(options)).toJSON();
  })()`);
  const body = { name: 'فايرفوكس', subscription };
  expect((await stack.api.asEditor('/v1/test-devices', { method: 'POST', body })).status).toBe(201);
}

test('a test of a draft arrives, says that it is one, stays beside the alert itself, and opens the desk', async () => {
  const editor = await firefox.newReader();
  // The reader page registers the service worker.
  await editor.goto(stack.origin);
  await addThisBrowser(editor);
  const reader = await firefox.newReader();
  await reader.goto(stack.origin);
  await reader.locator('ajil-notifications button.main').click();
  await reader.locator('ajil-notifications .card.on').wait();

  const headline = 'إعادة فتح المعبر الحدودي';
  const draft = await stack.api.createAlert({ headline, body: 'أمام المسافرين فقط.', draft: true });
  const send = () => stack.api.asEditor(`/v1/alerts/${draft.id}/test`, { method: 'POST' });
  expect((await send()).status).toBe(202);
  const shown = await firefox.waitForNotification(({ title }) => title === `تجربة: ${headline}`);
  expect(shown).toMatchObject({
    body: 'لم يُنشر بعد. لم يصل هذا إلا إلى أجهزتك التجريبية.\nأمام المسافرين فقط.',
    lang: 'ar',
    dir: 'rtl',
  });
  expect((await firefox.notifications()).map(({ title }) => title)).toEqual([`تجربة: ${headline}`]);

  await stack.api.asEditor(`/v1/alerts/${draft.id}/submission`, { method: 'POST', body: {} });
  await firefox.waitForNotification(({ title }) => title === headline);
  const titles = (await firefox.notifications()).map(({ title }) => title);
  expect(titles.toSorted()).toEqual([headline, `تجربة: ${headline}`].toSorted());
  const report = await stack.api.waitForReport(draft.id, ({ receipts }) => receipts.shown === 1);
  expect(report).toMatchObject({ audience: 1, outcomes: { accepted: 1 } });

  await shown.click();
  await editor
    .browserContext()
    .waitForTarget((target) => target.url() === `${stack.origin}/desk#/${draft.id}`);
  expect((await stack.api.report(draft.id)).receipts).toMatchObject({ opened: 0 });
});
