import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import type { EditorAlert } from '../../src/alerts/schema.ts';
import type { Report } from '../../src/delivery/report/schema.ts';
import { createApiClient, isComplete } from '../support/api-client.ts';
import { documentedBlock } from '../support/documented-block.ts';
import { startPlainRedis, type PlainRedis } from '../support/plain-redis.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import { startReturningReader, type ReturningReader } from '../support/returning-reader.ts';
import { startSentinel, type Sentinel } from '../support/sentinel.ts';
import { startStack, type Stack } from '../support/stack.ts';

// A day of one newsroom's operator. Each test goes on where the one before it stopped; --bail ends the day at the first
// that fails. Half of the devices always wait in retries while something is replaced: so it happens in mid-send.

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const READERS = 200;
const PAGES = 8;
const REDIS_TOOLS = `${PROJECT}.cache/redis/bin:${process.env['PATH']}`;

let earlier: string;
let service: PushService;
let redis: [PlainRedis, PlainRedis];
let sentinel: Sentinel;
let stack: Stack;
let pages: ReturningReader[] = [];
const versions: string[] = [];
const night = { key: '', cookie: '' };

beforeAll(async () => {
  earlier = process.env['AJIL_EARLIER_VERSION'] ?? '';
  if (earlier === '') throw new Error('use npm run test:day, which builds the version that is upgraded');
  service = await startPushService({ child: true });
  redis = [await startPlainRedis(), await startPlainRedis()];
  await redis[1].admin.call('REPLICAOF', '127.0.0.1', String(redis[0].port));
  sentinel = await startSentinel(redis[0].port);
  stack = await startStack({ project: earlier, redisUrl: sentinel.url, pushServices: [service] });
});
afterAll(async () => {
  for (const page of pages) page.close();
  await stack?.stop();
  await sentinel?.stop();
  await Promise.all((redis ?? []).map((one) => one.stop()));
  await service?.stop();
});

const sorted = (list: readonly string[]): string[] => list.toSorted();

/** An alert that every device and every page must have once. */
async function publish(headline: string): Promise<EditorAlert> {
  const alert = await stack.api.createAlert({ headline });
  versions.push(`${alert.id}:1`);
  return alert;
}

/** Sends an alert, and has half of its deliveries wait in retries while `work` goes on. */
async function inMidSend(headline: string, work: () => Promise<void>): Promise<Report> {
  onTestFailed(() => void process.stderr.write(stack.logs()));
  await service.addFault({ type: 'answer', status: 503, retryAfter: 'seconds', where: { share: 0.5 } });
  const { id } = await publish(headline);
  await stack.api.waitForReport(id, ({ outcomes }) => outcomes.accepted > READERS / 4);
  await work();
  expect((await stack.api.report(id)).outcomes.pending).toBeGreaterThan(READERS / 4);
  await service.clearFaults();
  return stack.api.waitForReport(id, isComplete, 60_000);
}

async function everyPageHasAll(): Promise<void> {
  await expect.poll(() => pages.map(({ had }) => sorted(had))).toEqual(pages.map(() => sorted(versions)));
}

/** Messages that came to a device more than once. */
async function doubled(): Promise<number> {
  const { posts, collapsed } = await service.totals();
  return posts - collapsed;
}

/** Runs a block of the documentation, with the programs of the Redis that `npm run setup` fetches. */
async function shell(script: string, env: NodeJS.ProcessEnv, args: readonly string[] = []): Promise<void> {
  const child = spawn('sh', ['-e', '-s', ...args], {
    env: { PATH: REDIS_TOOLS, ...env },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(script);
  expect(await once(child, 'exit')).toEqual([0, null]);
}

async function replace(role: 'server' | 'worker', project: string): Promise<void> {
  stack.use(role, project);
  await stack.kill(role, 'SIGTERM');
  await stack.restart(role);
}

test('the earlier version is installed, has readers, editors, topics and settings, and sends', async () => {
  const { api } = stack;
  expect(
    await api.asEditor('/v1/topics/harbour', {
      method: 'PUT',
      body: { names: { ar: 'الميناء', en: 'Harbour' }, order: 90, default: false },
    }),
  ).toMatchObject({ status: 201 });
  const added = await api.asEditor('/v1/editors', {
    method: 'POST',
    body: { name: 'Night desk', role: 'author' },
  });
  night.key = (added.body as { key: string }).key;
  const signedIn = await api.call('/v1/session', { method: 'POST', body: { key: night.key } });
  night.cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';

  const applicationServerKey = stack.vapidPublicKey;
  await api.subscribeAll(await service.createSubscriptions(READERS, { applicationServerKey }));
  pages = Array.from({ length: PAGES }, () => startReturningReader(stack.origin));
  await expect.poll(() => pages.every((page) => page.isOpen())).toBe(true);
  const { id } = await publish('صدور العدد الأول من الجريدة الجديدة');
  const report = await api.waitForReport(id, isComplete);
  expect(report.outcomes).toMatchObject({ accepted: READERS });
  await everyPageHasAll();
});

test('an upgrade in mid-send, workers first, loses and doubles nothing, and everybody keeps what they had', async () => {
  const { api } = stack;
  const asNight = { authorization: `Bearer ${night.key}` };
  const draft = await api.call('/v1/alerts', {
    method: 'POST',
    headers: asNight,
    body: { headline: 'مسودة تنتظر الصباح', lang: 'ar', topics: ['harbour'], draft: true },
  });
  const { id: draftId } = draft.body as EditorAlert;
  const scheduled = await api.createAlert({
    headline: 'موعد افتتاح الميناء',
    sendAt: new Date(Date.now() + 30_000).toISOString(),
  });
  versions.push(`${scheduled.id}:1`);

  const report = await inMidSend('زلزال خفيف قرب الساحل', async () => {
    await replace('worker', PROJECT);
    // Both versions work side by side.
    const between = await publish('إعادة فتح الطريق الدولي');
    await api.waitForReport(between.id, ({ outcomes }) => outcomes.accepted > READERS / 4);
    await replace('server', PROJECT);
  });
  expect(report.outcomes).toMatchObject({ accepted: READERS });

  const due = await api.waitForReport(scheduled.id, isComplete, 60_000);
  expect(due.outcomes).toMatchObject({ accepted: READERS });
  await everyPageHasAll();
  expect(await doubled()).toBe(0);

  const session = await api.call('/v1/session', { headers: { cookie: night.cookie } });
  expect(session).toMatchObject({ status: 200, body: { editor: { name: 'Night desk' } } });
  const kept = await api.call(`/v1/alerts/${draftId}`, { headers: asNight });
  expect(kept).toMatchObject({ status: 200, body: { status: 'draft', topics: ['harbour'] } });
  const topics = JSON.stringify((await api.call('/v1/topics')).body);
  expect(topics).toContain('Harbour');
});

test('the way back in mid-send, servers first, and the upgrade once more', async () => {
  // What the later version has made ahead for each reader is there when the earlier one starts.
  const armed = async (): Promise<number> =>
    Number(
      /^ajil_subscriptions_armed\{[^}]*\} (\d+)/m.exec(String((await stack.api.call('/metrics')).body))?.[1],
    );
  await expect.poll(armed, { timeout: 60_000 }).toBe(READERS);
  const back = await inMidSend('توقف القطارات بسبب عطل في الشبكة', async () => {
    await replace('server', earlier);
    await replace('worker', earlier);
  });
  expect(back.outcomes).toMatchObject({ accepted: READERS });
  const again = await inMidSend('عودة القطارات إلى العمل', async () => {
    await replace('worker', PROJECT);
    await replace('server', PROJECT);
  });
  expect(again.outcomes).toMatchObject({ accepted: READERS });
  await everyPageHasAll();
  expect(await doubled()).toBe(0);
});

test('a second server and a second worker share the work, and a worker that dies costs nothing', async () => {
  const second = await stack.add('server');
  await stack.add('worker');
  const more = Array.from({ length: PAGES }, () => startReturningReader(second));
  await expect.poll(() => more.every((page) => page.isOpen())).toBe(true);
  const earlierVersions = versions.length;
  const report = await inMidSend('حريق كبير في المنطقة الصناعية', async () => {
    await stack.kill('worker', 'SIGKILL');
    await stack.restart('worker');
  });
  expect(report.outcomes).toMatchObject({ accepted: READERS });
  const other = createApiClient(() => second, stack.adminKey);
  const { id } = await other.createAlert({ headline: 'السيطرة على حريق المنطقة الصناعية' });
  versions.push(`${id}:1`);
  expect((await other.waitForReport(id, isComplete)).outcomes).toMatchObject({ accepted: READERS });
  await everyPageHasAll();
  await expect
    .poll(() => more.map(({ had }) => sorted(had)))
    .toEqual(more.map(() => sorted(versions.slice(earlierVersions))));
  for (const page of more) page.close();
});

test('a failover in mid-send: what was acknowledged is there, and is sent', async () => {
  const report = await inMidSend('إجلاء سكان القرى القريبة من السد', async () => {
    const command = documentedBlock('operations.md', '```sh\nredis-cli -u "$OLD_MASTER" client pause', [
      [/26379/, sentinel.port],
    ]);
    await shell(command, { OLD_MASTER: redis[0].url });
    const ready = async (): Promise<number> => (await stack.api.call('/readyz')).status;
    const role = async (): Promise<string> => String(await redis[1].admin.call('ROLE'));
    await expect.poll(role).toMatch(/^master/);
    await expect.poll(ready).toBe(200);
    await publish('انحسار المياه عن القرى القريبة من السد');
    // The old master lives on for some seconds: what it takes then is thrown away when it is told of the new one.
    const old = async (): Promise<string> => String(await redis[0].admin.call('ROLE'));
    await expect.poll(old, { timeout: 60_000 }).toMatch(/^slave/);
    await expect.poll(ready).toBe(200);
  });
  expect(report.outcomes).toMatchObject({ accepted: READERS });
  await everyPageHasAll();
  const { body } = await stack.api.asEditor('/v1/alerts?limit=50');
  const kept = (body as { alerts: EditorAlert[] }).alerts.map(({ id }) => `${id}:1`);
  expect(kept).toEqual(expect.arrayContaining(versions));
});

test('a backup in mid-send, made and restored as the documentation says, goes on to the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ajil-backup-'));
  const archive = join(folder, 'backup.tgz');
  const [, master] = redis;
  const script = documentedBlock('operations.md', '```sh\n#!/bin/sh\n# ajil-backup', [
    [/redis\(\) \{ .*$/m, 'redis() { redis-cli -u "$REDIS_URL" "$@"; }'],
  ]);
  const report = await inMidSend('انقطاع الاتصالات في الجنوب', async () => {
    await shell(script, { REDIS_URL: master.url }, [master.dir, archive]);
  });
  expect(report.outcomes).toMatchObject({ accepted: READERS });

  // The machine is lost. What the backup does not know of is what happened after it.
  await Promise.all([stack.kill('server', 'SIGKILL'), stack.kill('worker', 'SIGKILL')]);
  const dir = join(folder, 'restored');
  await mkdir(dir);
  expect(spawnSync('tar', ['-xzf', archive, '-C', dir]).status).toBe(0);
  const restored = await startPlainRedis({ dir });
  const before = await service.totals();
  const env = { ...stack.env, REDIS_URL: restored.url };
  const next = await startStack({ redisUrl: restored.url, pushServices: [service], env });
  try {
    const api = createApiClient(() => next.origin, stack.adminKey);
    const done = await api.waitForReport(report.alertId, isComplete, 60_000);
    expect(done.outcomes).toMatchObject({ accepted: READERS });
    // The deliveries that were pending in the backup were made again; each replaces the message that the device has.
    expect((await service.totals()).collapsed).toBe(before.collapsed);
    const mine = await api.call('/v1/session', { headers: { cookie: night.cookie } });
    expect(mine).toMatchObject({ status: 200, body: { editor: { name: 'Night desk' } } });
    const { id } = await api.createAlert({ headline: 'عودة الاتصالات إلى الجنوب' });
    expect((await api.waitForReport(id, isComplete)).outcomes).toMatchObject({ accepted: READERS });
  } finally {
    await next.stop();
    await restored.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
