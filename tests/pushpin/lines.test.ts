import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLiveClient } from '../../src/web/live/client.ts';
import { programSurroundings } from '../../src/web/client/node.ts';
import type { Alert } from '../../src/alerts/schema.ts';
import { runChaos } from '../chaos/live/run.ts';
import { startChromium, type Chromium } from '../support/chromium.ts';
import { freePorts } from '../support/free-ports.ts';
import { listen } from '../support/gateway.ts';
import { startPushpin, type TestPushpin } from '../support/pushpin.ts';
import { startStack, type Stack } from '../support/stack.ts';

const KEY = 'a-key-that-only-we-and-our-proxy-know';

let pushpin: TestPushpin;
let stack: Stack;
let origin: string;

beforeAll(async () => {
  const ports = await freePorts(2);
  pushpin = await startPushpin({ origins: ports, key: KEY });
  origin = `http://localhost:${pushpin.port}`;
  const env = { GRIP_URL: pushpin.publishUrl, GRIP_KEY: KEY, PUBLIC_URL: origin, TRUST_PROXY: 'loopback' };
  stack = await startStack({ ports, serverProcesses: 2, env });
});

afterAll(async () => {
  await stack?.stop();
  await pushpin?.stop();
});

/** A program on our client, as it is published. */
function follow(query: Record<string, string> = {}): { had: string[]; resets: number; close(): void } {
  const state = { had: [] as string[], resets: 0 };
  const client = createLiveClient(
    {
      url: new URL('/v1/live', origin),
      query,
      onAlert: (alert: Alert) => void state.had.push(alert.headline),
      onReset: () => void (state.resets += 1),
      onState: () => undefined,
    },
    programSurroundings,
  );
  return Object.assign(state, { close: () => client.close() });
}

const heldHere = async (): Promise<number> => {
  const text = await (await fetch(`${stack.origin}/metrics`)).text();
  return [...text.matchAll(/^ajil_live_connections\{.*\} (\d+)$/gm)].reduce(
    (sum, [, open]) => sum + Number(open),
    0,
  );
};

test('our client behind Pushpin gets every version once, while the servers restart, and no server holds its line', async () => {
  const line = follow({ topics: 'world' });
  await expect.poll(() => line.resets, { timeout: 20_000 }).toBe(1);
  await stack.api.createAlert({ headline: 'الأول', topics: ['world'] });
  await stack.api.createAlert({ headline: 'ليس لنا', topics: ['sport'] });
  await expect.poll(() => line.had, { timeout: 20_000 }).toEqual(['الأول']);
  expect(await heldHere()).toBe(0);
  for (const index of [0, 1]) await stack.restartServer(index);
  await stack.api.createAlert({ headline: 'بعد النشر', topics: ['world'] });
  await expect.poll(() => line.had, { timeout: 20_000 }).toEqual(['الأول', 'بعد النشر']);
  expect(line.resets).toBe(1);
  line.close();
});

test('when Pushpin itself is killed, the client comes back and misses nothing', async () => {
  const line = follow({ topics: 'world' });
  await expect.poll(() => line.resets, { timeout: 20_000 }).toBe(1);
  const [restarted] = await Promise.all([
    pushpin.restart(),
    stack.api.createAlert({ headline: 'بينما لا وسيط', topics: ['world'] }),
  ]);
  expect(restarted).toBeUndefined();
  await expect.poll(() => line.had, { timeout: 40_000 }).toContain('بينما لا وسيط');
  expect(line.had.filter((headline) => headline === 'بينما لا وسيط')).toHaveLength(1);
  line.close();
});

test('a WebSocket is refused, so that the reader takes an event stream', async () => {
  await expect(listen(`ws://127.0.0.1:${pushpin.port}/v1/live`)).rejects.toThrow('503');
});

test('the reader page in a browser shows an alert that came through Pushpin', async () => {
  const chromium: Chromium = await startChromium();
  try {
    const reader = await chromium.newReader();
    const page = await reader.newPage();
    await page.goto(origin);
    await page.locator('.line.live').waitFor();
    await stack.api.createAlert({ headline: 'عبر الوسيط إلى الصفحة', topics: ['world'] });
    await page.getByText('عبر الوسيط إلى الصفحة').first().waitFor();
    expect(await heldHere()).toBe(0);
  } finally {
    await chromium.stop();
  }
});

test('whatever is killed, frozen, wiped or lost, every reader behind Pushpin has what the log has', async () => {
  const faults = [
    'kill -9 the proxy',
    'lost publications',
    'SIGSTOP a server',
    'kill -9 all servers, lost publications',
    'no publications',
    'wiped Redis, killed',
    'SIGTERM a server',
  ] as const;
  const ledger = await runChaos({ faults, clients: 80, seed: 9, proxied: true, progress: () => undefined });
  expect(ledger.faults.length === 0 ? 'sound' : ledger.toString()).toBe('sound');
});
