import { Counter } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { openMetricsServer } from '../../../src/ops/metrics-server.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from '../../../src/redis/connect.ts';
import { openMetricsExchange } from '../../../src/redis/metrics-exchange.ts';
import { openPresence } from '../../../src/redis/presence.ts';
import { startPlainRedis, type PlainRedis } from '../../support/plain-redis.ts';

const logger = createLogger({ level: 'silent', role: 'test' });

let server: PlainRedis;
let redis: Redis;
const endings: (() => Promise<void>)[] = [];

beforeEach(async () => {
  server = await startPlainRedis();
  redis = connectRedis(server.url, 'command', logger);
  await waitUntilReady(redis);
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  await closeRedis(redis);
  await server.stop();
});

async function openProcess(role: 'server' | 'workers', name: string) {
  const metrics = createMetrics(role, name);
  const done = new Counter({ name: 'ajil_done_total', help: 'x', registers: [metrics] });
  const presence = await openPresence({ redis, role, name, logger });
  const subscriber = connectRedis(server.url, 'worker', logger);
  const exchange = await openMetricsExchange({ redis, subscriber, name, metrics, logger });
  const close = async (): Promise<void> => {
    await exchange.close();
    await presence.close();
  };
  return { done, close, all: () => exchange.all(), metrics };
}

const series = (text: string): string[] => text.match(/^ajil_done_total\{.*$/gm)?.sort() ?? [];

test('any server shows every process, each by its own, so that no counter goes back when one ends', async () => {
  const [a, b, w] = await Promise.all([
    openProcess('server', 'a'),
    openProcess('server', 'b'),
    openProcess('workers', 'w'),
  ]);
  endings.push(a.close, w.close);
  a.done.inc(3);
  b.done.inc(70);
  w.done.inc(5);
  const all = [
    'ajil_done_total{role="server",process="a"} 3',
    'ajil_done_total{role="server",process="b"} 70',
    'ajil_done_total{role="workers",process="w"} 5',
  ];
  expect(series(await a.all())).toEqual(all);
  expect(series(await b.all())).toEqual(all);
  await b.close();
  expect(series(await a.all())).toEqual([all[0], all[2]]);
});

test('a process that says nothing is left out, and Redis away leaves what this one says', async () => {
  const a = await openProcess('server', 'a');
  endings.push(async () => a.close().catch(() => undefined));
  const silent = await openPresence({ redis, role: 'server', name: 'silent', logger });
  a.done.inc();
  expect(series(await a.all())).toHaveLength(1);
  await silent.close();
  await server.stop();
  expect(series(await a.all())).toHaveLength(1);
});

test('nothing of the metrics is written into the append-only file', async () => {
  const [a, b] = await Promise.all([openProcess('server', 'a'), openProcess('workers', 'b')]);
  endings.push(a.close, b.close);
  const size = async (): Promise<number> =>
    Number(/aof_current_size:(\d+)/.exec(await server.admin.info('persistence'))?.[1]);
  const before = await size();
  for (let i = 0; i < 20; i++) await a.all();
  // Presence is told every few seconds: a hundred bytes each.
  expect((await size()) - before).toBeLessThan(5000);
});

test('a process can be scraped by itself', async () => {
  const metrics = createMetrics('workers', 'w');
  const port = await openMetricsServer({ port: 0, host: '127.0.0.1', metrics });
  endings.push(() => port.close());
  const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port.port}${path}`);
  expect(await (await get('/metrics')).text()).toContain('process="w"');
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/')).status).toBe(404);
});
