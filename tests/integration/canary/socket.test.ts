import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSocketWay } from '../../../src/delivery/canary/ways.ts';
import { CANARY_HEADER, openCanaryProofs } from '../../../src/live/canary.ts';
import { appendCanary } from '../../../src/live/log/canary-stream.ts';
import { anAlertVersion, startTestGateway, type TestGateway } from '../../support/gateway.ts';

const proofs = openCanaryProofs(randomBytes(32).toString('base64url'));
let live: TestGateway;
beforeAll(async () => {
  live = await startTestGateway({ canary: proofs });
});
afterAll(() => live.stop());

test('the canary comes through the gateway, and no reader, count or report knows of it', async () => {
  const [everything, topic] = await Promise.all([live.listen(), live.listen('topics=world')]);
  await Promise.all([everything.until(1), topic.until(1)]);
  const way = createSocketWay({
    redis: live.writer,
    proofs,
    address: () => ({ host: '127.0.0.1', port: live.port }),
  });
  const before = await live.metric('ajil_live_hellos_total', { recovered: 'false' });
  expect(await way('run-1', 0, AbortSignal.timeout(10_000))).toEqual({ ms: expect.any(Number) });
  expect(await way('run-2', 0, AbortSignal.timeout(10_000))).toEqual({ ms: expect.any(Number) });
  expect(await live.metric('ajil_live_connections')).toBe(2);
  expect(await live.metric('ajil_live_hellos_total', { recovered: 'false' })).toBe(before);
  expect(await live.metric('ajil_live_deliveries_total')).toBe(0);
  expect(live.broadcasts).toEqual([]);

  const alert = anAlertVersion('خبر بعد الكناري');
  await live.log.append(alert);
  for (const reader of [everything, topic]) {
    const [, second, ...more] = await reader.until(2);
    expect(second).toMatchObject({ type: 'alert', alert: { id: alert.id } });
    expect(more).toEqual([]);
  }
  const late = await live.listen();
  const [hello] = await late.until(1);
  expect(hello).toMatchObject({ type: 'hello', alerts: [{ id: alert.id }] });
  expect((await live.log.read(0)).last).toBe(1);
});

test('without the right proof a connection is a reader’s, whatever it asks for', async () => {
  const forged = [`run.${randomBytes(32).toString('base64url')}`, 'run', '.', ''];
  for (const proof of forged) {
    const reader = await live.listen('', { [CANARY_HEADER]: proof });
    await reader.until(1);
    await appendCanary(live.writer, 'run-3');
    const alert = anAlertVersion(`خبر ${proof.length}`);
    await live.log.append(alert);
    const [, second] = await reader.until(2);
    expect(second).toMatchObject({ type: 'alert', alert: { id: alert.id } });
    reader.socket.close();
  }
  await expect(live.listen('topics=*canary')).rejects.toThrow('400');
});

test('a gateway that brings nothing is a failure that says so', async () => {
  const closed = createSocketWay({
    redis: live.writer,
    proofs,
    address: () => ({ host: '127.0.0.1', port: 1 }),
  });
  expect(await closed('run-4', 0, AbortSignal.timeout(5000))).toEqual({
    fault: expect.stringContaining('ECONNREFUSED'),
  });
  const stranger = openCanaryProofs(randomBytes(32).toString('base64url'));
  const address = () => ({ host: '127.0.0.1', port: live.port });
  const asReader = createSocketWay({ redis: live.writer, proofs: stranger, address });
  expect(await asReader('run-5', 0, AbortSignal.timeout(1000))).toEqual({
    fault: expect.stringContaining('did not come in time'),
  });
});
