import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Alert } from '../../../src/alerts/schema.ts';
import { createApiClient, isComplete } from '../../support/api-client.ts';
import { startCli } from '../../support/cli.ts';
import { freePorts } from '../../support/free-ports.ts';
import { test } from '../../support/line.ts';

test('a drill is the whole desk, with the test devices as its only readers', async ({
  service,
  stack,
  readers,
}) => {
  const audience = await readers(3);
  const applicationServerKey = stack.vapidPublicKey;
  const [device, stranger] = await service.createSubscriptions(2, { applicationServerKey });
  const body = { name: 'هاتف التجربة', subscription: device };
  expect((await stack.api.asEditor('/v1/test-devices', { method: 'POST', body })).status).toBe(201);
  const webhook = { url: 'https://receiver.example/', events: ['alert.published'] };
  await stack.api.asEditor('/v1/webhooks', { method: 'POST', body: webhook });

  const [port = 0] = await freePorts(1);
  const { child, ended } = startCli(stack.env, ['drill', '--port', String(port)]);
  const drill = createApiClient(() => `http://localhost:${port}`, stack.adminKey);
  try {
    const isReady = async () => (await drill.call('/readyz').catch(() => undefined))?.status;
    await expect.poll(isReady, { timeout: 20_000 }).toBe(200);
    const config = (await drill.call('/v1/config')).body as { drill: boolean; newsroom: { name: object } };
    expect(config).toMatchObject({
      drill: true,
      newsroom: { name: { ar: 'تدريب · عاجل', en: expect.any(String) } },
    });
    expect((await drill.asEditor('/v1/webhooks')).body).toEqual({ webhooks: [] });
    expect((await drill.call('/')).headers.get('x-robots-tag')).toBe('noindex');
    const refused = await drill.call('/v1/subscriptions', {
      method: 'POST',
      body: { subscription: stranger, topics: ['world'] },
    });
    expect(refused.status).toBe(403);

    const alert = await drill.createAlert({ headline: 'استقالة رئيس الوزراء', urgency: 'flash' });
    const report = await drill.waitForReport(alert.id, isComplete);
    expect(report).toMatchObject({ audience: 1, outcomes: { accepted: 1, pending: 0 } });
    await drill.asEditor(`/v1/alerts/${alert.id}/versions`, {
      method: 'POST',
      body: { change: 'correction', headline: 'استقالة وزير', note: 'الوزير لا الرئيس' },
    });
    await expect.poll(async () => (await service.received(device?.endpoint ?? '')).length).toBe(2);
    const messages = await service.received(device?.endpoint ?? '');
    expect(new Set(messages.map(({ collapseKey }) => collapseKey)).size).toBe(1);
    for (const { payload } of messages) {
      const { notification } = JSON.parse(payload ?? '');
      expect(notification).toMatchObject({ title: expect.stringMatching(/^تدريب: /), data: { test: true } });
      expect(notification.body).toContain('هذا تدريب');
      expect(notification.navigate).toBe(`http://localhost:${port}/desk#/${alert.id}`);
    }

    for (const { subscription } of audience)
      expect(await service.received(subscription.endpoint)).toEqual([]);
    const { alerts } = (await stack.api.asEditor('/v1/alerts')).body as { alerts: Alert[] };
    expect(alerts).toEqual([]);
    expect((await stack.api.call('/v1/config')).body).toMatchObject({ drill: false });
  } finally {
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('for 1 test device(s)');
  }
  await expect(access(join(stack.env['DATA_DIR'] ?? '', 'drill'))).rejects.toThrow();
});
