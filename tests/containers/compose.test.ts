import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest';
import { createApiClient, isComplete, type ApiClient } from '../support/api-client.ts';
import { startContainers, type Containers } from '../support/containers.ts';
import { documentedBlock } from '../support/documented-block.ts';
import { startPushService, type PushService } from '../support/push-service/start.ts';
import type { SubscriptionJson } from '../support/push-service/virtual.ts';
import { startReturningReader, type ReturningReader } from '../support/returning-reader.ts';
import { makeCertificate } from '../support/tls.ts';

// An operator's walk through "With Docker" of docs/operations.md, on real containers. Each test goes on where the one
// before it stopped; --bail ends the walk at the first that fails.

const PUSH_HOST = 'push.example';
const PROXY = 'https://localhost';
/** The compose file asks for more than some machines may give. */
const DESCRIPTORS = 16_384;

/** Where the push service of the tests is, and a bound that every machine can give. */
const OVERRIDE = `
x-all: &all
  ulimits: { nofile: ${DESCRIPTORS} }
x-ajil: &ajil
  <<: *all
  extra_hosts: ['${PUSH_HOST}:host-gateway']
  volumes: ['./push-ca.pem:/push-ca.pem:ro']
services:
  redis: *all
  proxy: *all
  server: *ajil
  server-2: *ajil
  workers: *ajil
`;

const UPGRADE = '```sh\ndocker compose build server\n';

let service: PushService;
let containers: Containers;
let api: ApiClient;
let adminKey = '';
let origin = 'http://127.0.0.1:3000';
const readers: ReturningReader[] = [];
const devices: SubscriptionJson[] = [];

beforeAll(async () => {
  const certificate = makeCertificate([PUSH_HOST]);
  service = await startPushService({ host: PUSH_HOST, certificate, child: true, maxConcurrentStreams: 10 });
  containers = await startContainers({
    settings: {
      PUBLIC_URL: PROXY,
      VAPID_SUBJECT: 'mailto:desk@news.example',
      TRUST_PROXY: '1',
      PUSH_ALLOWED_ORIGINS: `${service.origin}\nNODE_EXTRA_CA_CERTS=/push-ca.pem`,
      WORKER_PROCESSES: '2',
    },
    override: OVERRIDE,
    files: { 'push-ca.pem': certificate.ca },
  });
});
beforeEach(() =>
  onTestFailed(async () => {
    process.stderr.write(await containers.shell('docker compose ps -a; docker compose logs --tail 30'));
  }),
);
afterAll(async () => {
  for (const reader of readers) reader.close();
  await containers?.stop();
  await service?.stop();
});

/** Makes so many devices, which are proven: each has had an alert. */
async function subscribe(count: number): Promise<void> {
  const { body } = await api.call('/v1/config');
  const { vapidPublicKey } = body as { vapidPublicKey: string };
  const more = await service.createSubscriptions(count, { applicationServerKey: vapidPublicKey });
  await api.subscribeAll(more);
  devices.push(...more);
  const { id } = await api.createAlert({ headline: `أهلا بالقراء الجدد وعددهم ${devices.length}` });
  const { outcomes } = await api.waitForReport(id, isComplete, 60_000);
  expect(outcomes).toMatchObject({ accepted: devices.length });
}

async function openPages(count: number): Promise<ReturningReader[]> {
  const pages = Array.from({ length: count }, () => startReturningReader(origin));
  readers.push(...pages);
  await expect.poll(() => pages.every((page) => page.isOpen())).toBe(true);
  return pages;
}

/** Messages that a device has had more than once. */
async function doubled(): Promise<number> {
  const { posts, collapsed } = await service.totals();
  return posts - collapsed;
}

/** Sends alerts, one after the other, until `work` is over. @returns their first versions */
async function alertsDuring(work: Promise<unknown>): Promise<string[]> {
  const versions: string[] = [];
  const over = new AbortController();
  const ended = work.finally(() => over.abort());
  while (!over.signal.aborted) {
    // It throws unless the answer is 201: no call may fail.
    const headline = `نشرة الطقس رقم ${versions.length} من ${crypto.randomUUID()}`;
    versions.push(`${(await api.createAlert({ headline })).id}:1`);
    await sleep(1000);
  }
  await ended;
  return versions;
}

const sorted = (list: readonly string[]): string[] => list.toSorted();

test('one server comes up as the documentation says, and an alert reaches a page and a device', async () => {
  const [, up = '', show = ''] = documentedBlock('operations.md', '```sh\ncp .env.example .env', []).split(
    '\n',
  );
  await containers.shell(up);
  const line = await containers.shell(show);
  adminKey = /[\w-]{40,}/.exec(line)?.[0] ?? '';
  api = createApiClient(() => origin, adminKey);
  const ready = async (): Promise<number> => (await api.call('/readyz').catch(() => undefined))?.status ?? 0;
  await expect.poll(ready, { timeout: 60_000, interval: 200 }).toBe(200);

  await subscribe(1);
  const [page] = await openPages(1);
  const { id } = await api.createAlert({ headline: 'افتتاح محطة القطار الجديدة في العاصمة' });
  const report = await api.waitForReport(id, isComplete);
  expect(report.outcomes).toMatchObject({ accepted: 1 });
  await expect.poll(() => page?.had).toEqual([`${id}:1`]);
  expect(await service.totals()).toMatchObject({ requests: 2, refusals: [] });
  page?.close();
});

test('the profile scale adds a second server and a proxy, and leaves alone what runs', async () => {
  const all = (): Promise<readonly (readonly string[])[]> =>
    Promise.all(['redis', 'server', 'workers'].map((name) => containers.ids(name)));
  const before = await all();
  await containers.shell(
    documentedBlock('operations.md', '```sh\ndocker compose --profile scale up -d --wait\n', []),
  );
  expect(await all()).toEqual(before);

  const ca = await containers.shell(
    'docker compose exec proxy cat /data/caddy/pki/authorities/local/root.crt',
  );
  const socket = connect({ host: 'localhost', port: 443, servername: 'localhost', ca });
  await once(socket, 'secureConnect');
  expect(socket.authorized).toBe(true);
  socket.destroy();
  origin = PROXY;
  expect(await api.call('/readyz')).toMatchObject({ status: 200 });
  expect(await api.call('/metrics')).toMatchObject({ status: 404 });

  await subscribe(20);
  const pages = await openPages(40);
  const { id } = await api.createAlert({ headline: 'تأجيل مباراة الافتتاح بسبب العاصفة' });
  await expect.poll(() => pages.map(({ had }) => had)).toEqual(pages.map(() => [`${id}:1`]));
  const { outcomes } = await api.waitForReport(id, isComplete);
  expect(outcomes).toMatchObject({ accepted: devices.length });
});

test('a server that is stopped hands its readers to the other, and nobody misses or repeats an alert', async () => {
  const pages = readers.slice(1);
  const stop = containers.shell('docker compose stop server');
  const versions = await alertsDuring(stop);
  expect(versions.length).toBeGreaterThan(3);
  const state = await containers.shell(
    "docker inspect -f '{{.State.ExitCode}}' $(docker compose ps -aq server)",
  );
  expect(state).toBe('0');
  const { id } = await api.createAlert({ headline: 'عودة الكهرباء إلى أحياء المدينة كلها' });
  const [first = ''] = pages[0]?.had ?? [];
  const wanted = sorted([first, ...versions, `${id}:1`]);
  await expect.poll(() => pages.map(({ had }) => sorted(had))).toEqual(pages.map(() => wanted));
  // Half of them had their line at the server that went; it asked them to come back.
  const moved = pages.filter(({ endings }) => endings.length > 0);
  expect(moved.length).toBeGreaterThan(5);
  expect(new Set(moved.flatMap(({ endings }) => endings))).toEqual(new Set([1012]));
  await api.waitForReport(id, isComplete);
  expect(await doubled()).toBe(0);
  await containers.shell('docker compose --profile scale up -d --wait server');
});

test('an upgrade in the middle of an alert, as the documentation says, loses and doubles nothing', async () => {
  await subscribe(400);
  await containers.set({ AJIL_TAG: 'next' });
  const [build = '', ...replace] = documentedBlock('operations.md', UPGRADE, []).trim().split('\n');
  await containers.shell(build);

  // Half of the devices wait in retries while one part after the other is replaced.
  await service.addFault({ type: 'answer', status: 503, retryAfter: 'seconds', where: { share: 0.5 } });
  const { id } = await api.createAlert({ headline: 'اتفاق على وقف إطلاق النار يبدأ منتصف الليل' });
  await api.waitForReport(id, ({ outcomes }) => outcomes.accepted > 100);
  const pages = readers.slice(1);
  const before = pages.map(({ had }) => had.length);
  const versions = await alertsDuring(containers.shell(replace.join('\n')));
  expect((await api.report(id)).outcomes.pending).toBeGreaterThan(100);
  await service.clearFaults();

  const { outcomes, audience } = await api.waitForReport(id, isComplete, 90_000);
  expect(outcomes).toMatchObject({ accepted: devices.length });
  expect(audience).toBe(devices.length);
  for (const version of versions) {
    const report = await api.waitForReport(version.split(':')[0] ?? '', isComplete, 60_000);
    expect(report.outcomes).toMatchObject({ accepted: devices.length });
  }
  expect(await doubled()).toBe(0);
  await expect
    .poll(() => pages.map(({ had }, index) => sorted(had.slice(before[index]))))
    .toEqual(pages.map(() => sorted(versions)));
  expect(await containers.images()).toEqual(['ajil:next', 'ajil:next', 'ajil:next', 'ajil:next']);
});

test('a worker that dies in the middle of an alert is started again, and the report adds up', async () => {
  await service.addFault({ type: 'latency', ms: 400 });
  const before = await service.totals();
  const { id } = await api.createAlert({ headline: 'إلغاء حظر التجول في جميع المحافظات' });
  await api.waitForReport(id, ({ outcomes }) => outcomes.accepted > 20);
  // Its first process ends as in a crash: Docker restarts what nobody stopped.
  const [worker = ''] = await containers.ids('workers');
  await containers.shell(`docker exec ${worker} sh -c 'kill -9 -1' || true`);
  const { outcomes } = await api.waitForReport(id, isComplete, 90_000);
  expect(outcomes).toMatchObject({ accepted: devices.length, pending: 0 });
  const { collapsed } = await service.totals();
  expect(collapsed - before.collapsed).toBe(devices.length);
  const restarts = (): Promise<string> => containers.shell(`docker inspect -f '{{.RestartCount}}' ${worker}`);
  await expect.poll(restarts).toBe('1');
  await service.clearFaults();
});

test('the way back to the version before, servers first, fails no call and loses nothing', async () => {
  await containers.set({ AJIL_TAG: 'local' });
  const [, workers = '', ...servers] = documentedBlock('operations.md', UPGRADE, []).trim().split('\n');
  const versions = await alertsDuring(containers.shell([...servers, workers].join('\n')));
  expect(new Set(await containers.images())).toEqual(new Set(['ajil:local']));
  for (const version of versions) {
    const report = await api.waitForReport(version.split(':')[0] ?? '', isComplete, 60_000);
    expect(report.outcomes).toMatchObject({ accepted: devices.length });
  }
});

test('a backup in the middle of an alert, made and restored as the documentation says, goes on to the end', async () => {
  await service.addFault({ type: 'answer', status: 503, retryAfter: 'seconds', where: { share: 0.5 } });
  const { id } = await api.createAlert({ headline: 'انقطاع الاتصالات في الجنوب' });
  await api.waitForReport(id, ({ outcomes }) => outcomes.accepted > 100);
  await containers.shell(documentedBlock('operations.md', '```sh\n#!/bin/sh\n# ajil-backup-compose', []));
  await containers.shell(documentedBlock('operations.md', '```sh\ndocker compose --profile scale down', []));
  await service.clearFaults();

  origin = 'http://127.0.0.1:3000';
  const before = await service.totals();
  const { outcomes } = await api.waitForReport(id, isComplete, 120_000);
  expect(outcomes).toMatchObject({ accepted: devices.length });
  const { collapsed } = await service.totals();
  expect(collapsed).toBeGreaterThan(before.collapsed);
  const { id: next } = await api.createAlert({ headline: 'عودة الاتصالات إلى الجنوب' });
  expect((await api.waitForReport(next, isComplete)).outcomes).toMatchObject({ accepted: devices.length });
});
