import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { isComplete } from '../../support/api-client.ts';
import { startCli } from '../../support/cli.ts';
import { documentedRights, startManagedRedis, type ManagedRedis } from '../../support/managed-redis.ts';
import { startPushService, type PushService } from '../../support/push-service/start.ts';
import { startTestRedisCluster } from '../../support/redis-cluster.ts';
import { redisAt } from '../../support/redis.ts';
import { startStack, type Stack } from '../../support/stack.ts';

const CLUSTER_RIGHTS = ['+cluster|slots', '+cluster|info', '+asking'];
let redis: ManagedRedis;
let service: PushService;
let stack: Stack;

beforeEach(async () => {
  [redis, service] = await Promise.all([startManagedRedis(), startPushService({})]);
});
afterEach(async () => {
  await stack.stop();
  await Promise.all([redis.stop(), service.stop()]);
});

/** What the account was refused, but for what Ajil asks at the start and does without. */
async function refused(...nodes: readonly Redis[]): Promise<string[]> {
  const logs = await Promise.all(nodes.map((node) => node.call('ACL', 'LOG', 100)));
  return (logs as unknown[][][])
    .flat()
    .map((entry) => [1, 3, 5, 7, 13].map((at) => String(entry[at])).join(' '))
    .filter((what) => !/ config\|get /.test(what));
}

test(
  'the whole line runs with TLS by an own authority and the documented rights',
  { timeout: 90_000 },
  async () => {
    const authorities = join(redis.dir, 'authorities.pem');
    await writeFile(authorities, `${redis.ca}\n${service.ca}`);
    stack = await startStack({
      redis: redisAt(redis.url),
      pushServices: [service],
      env: { NODE_EXTRA_CA_CERTS: authorities, CANARY_SECONDS: '5' },
    });
    const { api } = stack;
    try {
      const subscriptions = await service.createSubscriptions(40, {
        applicationServerKey: stack.vapidPublicKey,
      });
      const [left = ''] = await api.subscribeAll(subscriptions, { dailyCap: 5 });
      const author = await stack.addEditor('Layla', 'author');
      expect(author).not.toBe('');
      const socket = new WebSocket(
        `${stack.origin.replace('http', 'ws')}/v1/live?topics=world&urgency=normal`,
      );
      const heard: string[] = [];
      socket.on('message', (data: Buffer) => heard.push(data.toString()));
      // Some deliveries go through a retry.
      await service.addFault({ type: 'answer', status: 503, where: { share: 0.5 }, firstAttempts: 1 });
      const alert = await api.createAlert({ headline: 'عاجل: بأقل الصلاحيات' });
      const report = await api.waitForReport(alert.id, isComplete, 30_000);
      expect(report.outcomes).toMatchObject({ pending: 0, accepted: 40 });
      const correction = { change: 'correction', headline: 'تصحيح: بأقل الصلاحيات' };
      const versions = `/v1/alerts/${alert.id}/versions`;
      expect(await api.asEditor(versions, { method: 'POST', body: correction })).toMatchObject({
        status: 201,
      });
      await api.waitForReport(alert.id, (now) => now.version === 2 && isComplete(now), 30_000);
      await expect.poll(() => heard.filter((text) => text.includes('بأقل')).length).toBe(2);

      const sendAt = new Date(Date.now() + 1500).toISOString();
      const scheduled = await api.createAlert({ headline: 'عاجل: في موعده', sendAt });
      await api.waitForReport(scheduled.id, isComplete, 30_000);
      const draft = await api.createAlert({ headline: 'مسودة', draft: true });
      const cancelled = await api.asEditor(`/v1/alerts/${draft.id}/cancellation`, {
        method: 'POST',
        body: {},
      });
      expect(cancelled.status).toBe(200);
      expect((await api.asReader(left, subscriptions[0]?.keys.auth ?? '', 'DELETE')).status).toBe(204);
      await exercise(stack);
      await expect
        .poll(async () => (await api.call('/readyz')).body, { timeout: 20_000 })
        .toMatchObject({
          ready: true,
          checks: {
            redis: 'writable; Ajil may not read appendfsync: check the values yourself',
            canary: expect.stringMatching(/^(?!unknown)/),
          },
        });
      expect((await api.asEditor('/metrics')).body).toContain('role="workers"');
      socket.terminate();
      expect(await refused(redis.admin)).toEqual([]);
      expect(stack.logs()).not.toContain('NOPERM');
    } catch (error) {
      throw new Error(`${(await refused(redis.admin)).join('\n')}\n${stack.logs()}`, { cause: error });
    }
  },
);

/** What else uses Redis: reads, and commands of operators. */
async function exercise({ api, env }: Stack): Promise<void> {
  const { paths } = (await api.call('/openapi.json')).body as { paths: Record<string, object> };
  const plain = Object.keys(paths).filter(
    (path) => 'get' in (paths[path] ?? {}) && !/[{]|live|line$|export/.test(path),
  );
  for (const path of [...plain, '/v1/alerts?q=%D8%B9%D8%A7%D8%AC%D9%84', '/feeds/all.rss', '/']) {
    // Some want a query.
    expect([path, (await api.asEditor(path)).status]).toEqual([
      path,
      expect.toSatisfy((status) => status < 500),
    ]);
  }
  const estimate = { topics: ['world'], urgency: 'urgent', lang: 'ar' };
  const asked = await api.asEditor('/v1/audience/estimate', { method: 'POST', body: estimate });
  expect(asked.body).toMatchObject({ subscriptions: 39 });
  const key = env['ADMIN_KEY'] ?? '';
  expect((await api.call('/v1/session', { method: 'POST', body: { key } })).status).toBeLessThan(300);
  const names = { ar: 'زلازل', en: 'Earthquakes' };
  const topic = { method: 'PUT', body: { names, order: 9, default: false } };
  expect((await api.asEditor('/v1/topics/quakes', topic)).status).toBeLessThan(300);
  for (const args of [
    ['audit', 'verify'],
    ['subscriptions', 'export'],
    ['editors', 'list'],
  ]) {
    const { code, stderr } = await startCli(env, args).ended;
    expect([args, code, code === 0 ? '' : stderr]).toEqual([args, 0, '']);
  }
}

test('on a Redis Cluster the account needs three rights more', async () => {
  const cluster = await startTestRedisCluster();
  try {
    const rights = [...documentedRights(), ...CLUSTER_RIGHTS];
    await Promise.all(cluster.nodes.map((node) => node.call('ACL', 'SETUSER', ...rights)));
    const login = `ajil:${encodeURIComponent('a/b@c:d%e')}@`;
    stack = await startStack({
      redis: redisAt(cluster.url.replace('//', `//${login}`)),
      pushServices: [service],
    });
    const applicationServerKey = stack.vapidPublicKey;
    await stack.api.subscribeAll(await service.createSubscriptions(5, { applicationServerKey }));
    const alert = await stack.api.createAlert({ headline: 'عاجل: على ثلاث عقد بأقل الصلاحيات' });
    await stack.api.waitForReport(alert.id, isComplete);
    expect(await refused(...cluster.nodes)).toEqual([]);
  } catch (error) {
    throw new Error(stack.logs(), { cause: error });
  } finally {
    await stack.stop();
    await cluster.stop();
  }
});
