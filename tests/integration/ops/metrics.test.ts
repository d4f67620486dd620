import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isComplete } from '../../support/api-client.ts';
import { startPushService } from '../../support/push-service/start.ts';
import { startStack } from '../../support/stack.ts';

/** The values of a metric, without the labels of role and process. */
function valuesOf(text: string, name: string): Map<string, number> {
  const lines = text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'));
  return new Map(
    [...lines].map(([, labels = '', value]) => [
      labels
        .split(',')
        .filter((label) => !/^(role|process)=/.test(label))
        .join(','),
      Number(value),
    ]),
  );
}

/** What the documentation and the alarms name. A histogram gives three series of one name. */
function namesForOperators(): Set<string> {
  const files = [
    'docs/operations.md',
    'docs/security.md',
    'deploy/prometheus/ajil-rules.yml',
    'deploy/grafana/ajil.json',
  ];
  const text = files
    .map((file) => readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8'))
    .join('\n');
  // Not the names of volumes: ajil_redis-data.
  const names = text.match(/\bajil_[a-z_]+\b(?![-*])/g) ?? [];
  // The canary's come with a canary, and those of replicas with DURABILITY=replicated.
  return new Set(
    names
      .map((name) => name.replace(/_(?:bucket|count|sum)$/, ''))
      .filter((name) => !/^ajil_(?:canary|replicated)_/.test(name)),
  );
}

test('what an operator asks at night is there, from any server', async () => {
  const service = await startPushService({});
  const stack = await startStack({ pushServices: [service], env: { CANARY_SECONDS: '60' } });
  try {
    const metrics = async (): Promise<string> => String((await stack.api.call('/metrics')).body);
    const one = async (name: string): Promise<number | undefined> => valuesOf(await metrics(), name).get('');
    const subscriptions = await service.createSubscriptions(20, {
      applicationServerKey: stack.vapidPublicKey,
    });
    await stack.api.subscribeAll(subscriptions);
    const standing = async (name: string): Promise<number | undefined> =>
      valuesOf(await metrics(), 'ajil_subscriptions').get(`standing="${name}"`);
    await expect.poll(() => standing('unproven'), { timeout: 10_000 }).toBe(20);
    expect(await standing('proven')).toBe(0);
    const alert = await stack.api.createAlert({ headline: 'عاجل' });
    await stack.api.waitForReport(alert.id, isComplete);

    await expect.poll(() => one('ajil_outbox_versions'), { timeout: 10_000 }).toBe(0);
    const text = await metrics();
    expect(valuesOf(text, 'ajil_ready').get('')).toBe(1);
    expect(valuesOf(text, 'ajil_outbox_oldest_seconds').get('')).toBe(0);
    expect(valuesOf(text, 'ajil_deliveries_pending').get('')).toBe(0);
    await expect.poll(() => standing('proven'), { timeout: 10_000 }).toBe(20);
    expect(await standing('unproven')).toBe(0);
    expect(valuesOf(text, 'ajil_delivery_seconds_count').get('')).toBe(20);
    expect(valuesOf(text, 'ajil_queue_jobs').get('queue="fan-out",state="wait"')).toBe(0);
    expect(valuesOf(text, 'ajil_redis_round_trip_seconds').size).toBeGreaterThan(0);
    expect(text.match(/^ajil_build_info\{.*version="\d.*role="(server|workers)"/gm)).toHaveLength(2);

    for (const name of namesForOperators()) expect(text).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));

    // With nobody to send it, what was accepted is seen to wait.
    await stack.kill('worker', 'SIGKILL');
    await stack.api.createAlert({ headline: 'آخر' });
    await expect.poll(() => one('ajil_outbox_oldest_seconds'), { timeout: 10_000 }).toBeGreaterThan(1);
    expect(await one('ajil_outbox_versions')).toBe(1);
  } catch (error) {
    throw new Error(stack.logs(), { cause: error });
  } finally {
    await stack.stop();
    await service.stop();
  }
});
