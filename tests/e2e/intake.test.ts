import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { openDeskAs, setUndoSeconds } from '../support/desk-page.ts';
import { startFirefox, type Firefox } from '../support/firefox.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { aSuperdeskItem } from '../support/sources.ts';
import { startStack, type Stack } from '../support/stack.ts';

const SECRET = 'the-secret-token-of-superdesk';
let service: PushService;
let stack: Stack;
let chromium: Chromium;
let firefox: Firefox;

beforeAll(async () => {
  service = await startPushService();
  [stack, chromium, firefox] = await Promise.all([
    startStack({ pushServices: [service], env: { REQUIRE_APPROVAL: 'true' } }),
    startChromium(),
    startFirefox(service.webSocketUrl),
  ]);
  await setUndoSeconds(stack, 0);
  const body = { type: 'superdesk', mode: 'send', secret: SECRET, topics: { default: 'world' } };
  await stack.api.asEditor('/v1/sources/wire', { method: 'PUT', body });
});
afterAll(async () => {
  await firefox?.stop();
  await chromium?.stop();
  await stack?.stop();
  await service?.stop();
});

/** As Superdesk's transmitter sends it: the signature is over the raw bytes. */
async function transmit(item: object): Promise<{ action: string; status: string; alertId: string }> {
  const body = JSON.stringify(item);
  const signature = createHmac('sha1', SECRET).update(body).digest('hex');
  const answer = await fetch(`${stack.origin}/v1/intake/wire`, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', 'x-superdesk-signature': `sha1=${signature}` },
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { action: string; status: string; alertId: string };
}

test('a signed item of Superdesk comes in, is approved at the desk, reaches Firefox, and disappears when it is killed', async () => {
  const reader = await firefox.newReader();
  await reader.goto(stack.origin);
  await reader.locator('ajil-notifications button.main').click();
  await reader.locator('ajil-notifications .card.on').wait();
  const headline = 'انهيار سدّ في شمال البلاد';
  const item = aSuperdeskItem({ headline });

  const { action, status, alertId } = await transmit(item);
  expect([action, status]).toEqual(['created', 'awaiting-approval']);
  expect((await fetch(`${stack.origin}/v1/alerts/${alertId}`)).status).toBe(404);

  const key = await stack.addEditor('هدى', 'approver');
  const { page } = await openDeskAs(await chromium.newReader(), stack, key);
  await page.evaluate(`location.hash = '#/${alertId}'`);
  await page.locator('desk-waiting > .buttons button', { hasText: 'أجِز الإرسال' }).press('Enter');
  await page.locator('dialog[open] h2:focus').waitFor();
  await page.locator('dialog[open] .main').press('Enter');
  await firefox.waitForNotification(({ title }) => title === headline);
  await reader.locator('ajil-bar').wait();
  expect(await (await fetch(stack.origin)).text()).toContain(headline);

  const killed = await transmit({ ...item, version: '2', pubstatus: 'canceled' });
  expect(killed).toMatchObject({ action: 'retracted', alertId });
  await expect
    .poll(async () => (await firefox.notifications()).some(({ title }) => title === headline), {
      timeout: 15_000,
    })
    .toBe(false);
  const { body } = await stack.api.call('/v1/alerts');
  expect((body as { alerts: { id: string; status: string }[] }).alerts).not.toContainEqual(
    expect.objectContaining({ id: alertId, status: 'sent' }),
  );
});
