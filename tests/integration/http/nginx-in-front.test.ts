import { readFileSync } from 'node:fs';
import { get, request as open, type RequestOptions } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { findNginx, runNginx, temporaryPaths, type TestNginx } from '../../support/nginx.ts';
import { startStack, type Stack } from '../../support/stack.ts';
import { makeCertificate } from '../../support/tls.ts';

const PER_ADDRESS = 2;
const certificate = makeCertificate();

/** What docs/operations.md tells an operator to write, with this machine's ports and files. */
function documented(dir: string, port: number, upstreams: readonly number[]): string {
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, block = ''] = /```nginx\n(.*?)```/s.exec(page) ?? [];
  const changes: [RegExp, string][] = [
    [/^worker_rlimit_nofile .*$/m, ''],
    [/worker_connections \d+/, 'worker_connections 512'],
    [/^http \{$/m, `http { access_log off; ${temporaryPaths(dir)}`],
    [/127\.0\.0\.1:3000/, `127.0.0.1:${upstreams[0]}`],
    // As the page says: one server, one line.
    [/^.*127\.0\.0\.1:3001(.*;).*$/m, upstreams[1] === undefined ? '' : `server 127.0.0.1:${upstreams[1]}$1`],
    [/listen 443 ssl/, `listen 127.0.0.1:${port} ssl`],
    [/ssl_certificate \S+;/, `ssl_certificate ${dir}/cert.pem;`],
    [/ssl_certificate_key \S+;/, `ssl_certificate_key ${dir}/key.pem;`],
  ];
  return changes.reduce((text, [from, to]) => {
    expect(text).toMatch(from);
    return text.replace(from, to);
  }, block);
}

describe.skipIf(findNginx() === undefined)('behind nginx as documented', () => {
  let stack: Stack;
  let nginx: TestNginx;

  beforeAll(async () => {
    stack = await startStack({
      env: { TRUST_PROXY: '1', LIVE_CONNECTIONS_PER_ADDRESS: String(PER_ADDRESS) },
    });
    const upstream = Number(new URL(stack.origin).port);
    nginx = await runNginx(certificate, (dir, port) => documented(dir, port, [upstream]));
  }, 60_000);
  afterAll(async () => {
    await nginx?.stop();
    await stack?.stop();
  });

  async function request(path: string, options: RequestOptions = {}): Promise<IncomingMessage> {
    const call = get(nginx.origin + path, { ca: certificate.ca, agent: false, ...options });
    return ((await once(call, 'response')) as [IncomingMessage])[0];
  }

  /** A WebSocket from one of loopback's addresses. @throws with the status when it is refused */
  async function connect(localAddress: string, headers: Record<string, string> = {}): Promise<WebSocket> {
    const url = `${nginx.origin.replace('https', 'wss')}/v1/live`;
    const socket = new WebSocket(url, { ca: certificate.ca, localAddress, headers });
    await once(socket, 'open');
    return socket;
  }

  test('pages come over TLS, and measurements to nobody', async () => {
    expect((await request('/')).statusCode).toBe(200);
    expect((await request('/metrics')).statusCode).toBe(403);
  });

  test('an alert reaches a WebSocket and an event stream at once', async () => {
    const socket = await connect('127.0.0.20');
    const stream = await request('/v1/live', {
      headers: { accept: 'text/event-stream' },
      localAddress: '127.0.0.21',
    });
    let text = '';
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    let message = '';
    socket.on('message', (data: Buffer) => (message = data.toString()));
    await stack.api.createAlert({ headline: 'خبر عبر الخادم الأمامي' });
    await expect.poll(() => message).toContain('خبر عبر الخادم الأمامي');
    await expect.poll(() => text).toContain('خبر عبر الخادم الأمامي');
    socket.terminate();
    stream.destroy();
  });

  test('readers are told apart by their own addresses, whatever they say', async () => {
    const sockets = [await connect('127.0.0.30'), await connect('127.0.0.30')];
    await expect(connect('127.0.0.30')).rejects.toThrow('503');
    await expect(connect('127.0.0.30', { 'x-forwarded-for': '203.0.113.9' })).rejects.toThrow('503');
    sockets.push(await connect('127.0.0.31'));
    for (const socket of sockets) socket.terminate();
  });
});

describe.skipIf(findNginx() === undefined)('two servers behind nginx as documented', () => {
  test('restart one after the other without a request that fails, and the pages are compressed', async () => {
    const stack = await startStack({ serverProcesses: 2, env: { TRUST_PROXY: '1' } });
    const upstreams = stack.origins.map((origin) => Number(new URL(origin).port));
    const nginx = await runNginx(certificate, (dir, port) => documented(dir, port, upstreams));
    const statuses = new Map<number, number>();
    const going = new AbortController();
    const ask = (path: string, options: RequestOptions, body?: string): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        const call = open(nginx.origin + path, { ca: certificate.ca, agent: false, ...options }, (answer) => {
          answer.resume();
          resolve(answer);
        });
        call.on('error', reject);
        call.end(body);
      });
    const editor = async (): Promise<void> => {
      for (let n = 0; !going.signal.aborted; n++) {
        const headers = { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'application/json' };
        const alert = JSON.stringify({ headline: `خبر رقم ${n}`, lang: 'ar', topics: ['world'] });
        const { statusCode = 0 } = await ask('/v1/alerts', { method: 'POST', headers }, alert);
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      }
    };
    const reader = async (): Promise<void> => {
      while (!going.signal.aborted) {
        const { statusCode = 0 } = await ask('/v1/config', {});
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      }
    };
    try {
      const page = await ask('/', { headers: { 'accept-encoding': 'gzip' } });
      expect(page.headers['content-encoding']).toBe('gzip');
      const callers = [editor(), reader(), reader()];
      for (const [index, origin] of stack.origins.entries()) {
        await stack.restartServer(index);
        await expect
          .poll(async () => (await fetch(`${origin}/readyz`)).status, { timeout: 10_000 })
          .toBe(200);
      }
      going.abort();
      await Promise.all(callers);
      expect(new Set(statuses.keys())).toEqual(new Set([200, 201]));
    } catch (error) {
      throw new Error(stack.logs(), { cause: error });
    } finally {
      going.abort();
      await nginx.stop();
      await stack.stop();
    }
  }, 60_000);
});

test('where no proxy is trusted, nobody can call himself another', async () => {
  const stack = await startStack({ env: { LIVE_CONNECTIONS_PER_ADDRESS: '1' } });
  const url = `${stack.origin.replace('http', 'ws')}/v1/live`;
  try {
    const first = new WebSocket(url);
    await once(first, 'open');
    const second = new WebSocket(url, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    await expect(once(second, 'open')).rejects.toThrow('503');
    first.terminate();
    // Whoever forgot the setting is told; once.
    for (let i = 0; i < 3; i++)
      await fetch(`${stack.origin}/healthz`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    await expect.poll(() => stack.logs().match(/TRUST_PROXY is not set/g), { timeout: 5000 }).toHaveLength(1);
  } finally {
    await stack.stop();
  }
}, 60_000);
