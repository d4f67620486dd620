import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { startTestGateway, type TestGateway } from '../../support/gateway.ts';

// Two hosts on one machine, with a cable between them that can be pulled.
const HOST = `ajil-${process.pid}`;
const CABLE = `aj${process.pid}`;
const OURS = '198.18.7.1';
const THEIRS = '198.18.7.2';
const ADDON = fileURLToPath(new URL('../../../build/socket-send.node', import.meta.url));

const ip = (...args: string[]): boolean => spawnSync('ip', args).status === 0;

function connectHosts(): boolean {
  if (!ip('netns', 'add', HOST)) return false;
  return (
    ip('link', 'add', CABLE, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', HOST) &&
    ip('addr', 'add', `${OURS}/30`, 'dev', CABLE) &&
    ip('link', 'set', CABLE, 'up') &&
    ip('-n', HOST, 'addr', 'add', `${THEIRS}/30`, 'dev', 'eth0') &&
    ip('-n', HOST, 'link', 'set', 'eth0', 'up')
  );
}

function removeHosts(): void {
  ip('link', 'del', CABLE);
  ip('netns', 'del', HOST);
}

const possible = process.platform === 'linux' && existsSync(ADDON) && connectHosts();
removeHosts();

let live: TestGateway | undefined;
let reader: ChildProcess | undefined;
afterEach(async () => {
  reader?.kill('SIGKILL');
  await live?.stop();
  removeHosts();
});

// Needs root, `ip` (iproute2) and the addon; the rest of the gateway is tested without.
test.skipIf(!possible)('a reader of events who is gone without a word is found', async () => {
  connectHosts();
  live = await startTestGateway({ host: OURS, limits: { beatMs: 1000, answerMs: 1000 } });
  const url = `http://${OURS}:${live.port}/v1/live`;
  reader = spawn('ip', ['netns', 'exec', HOST, 'curl', '-sN', '-H', 'Accept: text/event-stream', url]);
  await once(reader.stdout!, 'data');
  expect(await live.metric('ajil_live_connections')).toBe(1);
  ip('link', 'set', CABLE, 'down');
  await expect.poll(() => live?.metric('ajil_live_connections'), { timeout: 20_000, interval: 200 }).toBe(0);
});
