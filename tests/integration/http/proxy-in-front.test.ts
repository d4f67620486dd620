import { get, request as open, type RequestOptions } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { DOCUMENTED_PROXIES, type RunningProxy } from '../../support/documented-proxy.ts';
import { startStack, type Stack } from '../../support/stack.ts';
import { makeCertificate } from '../../support/tls.ts';

const PER_ADDRESS = 2;
const certificate = makeCertificate();

for (const documented of DOCUMENTED_PROXIES) {
  describe.skipIf(!documented.isHere)(`behind ${documented.name} as documented`, () => {
    let stack: Stack;
    let proxy: RunningProxy;

    beforeAll(async () => {
      stack = await startStack({
        env: { TRUST_PROXY: '1', LIVE_CONNECTIONS_PER_ADDRESS: String(PER_ADDRESS) },
      });
      proxy = await documented.run(certificate, [Number(new URL(stack.origin).port)]);
    }, 60_000);
    afterAll(async () => {
      await proxy?.stop();
      await stack?.stop();
    });

    async function request(path: string, options: RequestOptions = {}): Promise<IncomingMessage> {
      const call = get(proxy.origin + path, { ca: certificate.ca, agent: false, ...options });
      return ((await once(call, 'response')) as [IncomingMessage])[0];
    }

    /** A WebSocket from one of loopback's addresses. @throws with the status when it is refused */
    async function connect(localAddress: string, headers: Record<string, string> = {}): Promise<WebSocket> {
      const url = `${proxy.origin.replace('https', 'wss')}/v1/live`;
      const socket = new WebSocket(url, { ca: certificate.ca, localAddress, headers });
      await once(socket, 'open');
      return socket;
    }

    test('pages come over TLS, and measurements to nobody', async () => {
      expect((await request('/')).statusCode).toBe(200);
      expect((await request('/metrics')).statusCode).toBe(documented.metricsStatus);
    });

    test.each(['br', 'gzip'])('a page that we compressed arrives so: %s', async (encoding) => {
      const { headers } = await request('/', { headers: { 'accept-encoding': encoding } });
      expect(headers['content-encoding']).toBe(encoding);
      expect(headers.vary).toMatch(/accept-encoding/i);
    });

    test.each([undefined, 'gzip'])(
      'an alert reaches a WebSocket and an event stream at once: %s',
      async (encoding) => {
        const headline = `خبر عبر الخادم الأمامي ${encoding ?? 'بلا ضغط'}`;
        const socket = await connect('127.0.0.20');
        const stream = await request('/v1/live', {
          // EventSource says what it can unpack, too.
          headers: {
            accept: 'text/event-stream',
            ...(encoding === undefined ? {} : { 'accept-encoding': encoding }),
          },
          localAddress: '127.0.0.21',
        });
        let text = '';
        const plain = stream.headers['content-encoding'] === 'gzip' ? stream.pipe(createGunzip()) : stream;
        plain.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        let message = '';
        socket.on('message', (data: Buffer) => (message = data.toString()));
        await expect.poll(() => text).toContain('hello');
        await stack.api.createAlert({ headline });
        await expect.poll(() => message).toContain(headline);
        await expect.poll(() => text).toContain(headline);
        socket.terminate();
        stream.destroy();
      },
    );

    test('readers are told apart by their own addresses, whatever they say', async () => {
      const sockets = [await connect('127.0.0.30'), await connect('127.0.0.30')];
      await expect(connect('127.0.0.30')).rejects.toThrow('503');
      await expect(connect('127.0.0.30', { 'x-forwarded-for': '203.0.113.9' })).rejects.toThrow('503');
      sockets.push(await connect('127.0.0.31'));
      for (const socket of sockets) socket.terminate();
    });
  });
}

/** By then, a proxy that asks every second has seen that a server is back. Until then the other must not go. */
const SEEN_MS = 2000;

/** An editor may send so many a minute. */
const POST_EVERY_MS = 300;

const here = DOCUMENTED_PROXIES.filter(({ isHere }) => isHere);

test.skipIf(here.length === 0)(
  `two servers behind ${here.map(({ name }) => name).join(', and behind ')} restart one after the other without a request that fails`,
  async () => {
    const stack = await startStack({ serverProcesses: 2, env: { TRUST_PROXY: '1' } });
    const upstreams = stack.origins.map((origin) => Number(new URL(origin).port));
    const proxies = await Promise.all(here.map(({ run }) => run(certificate, upstreams)));
    const going = new AbortController();

    /** Asks one question after the other. @returns the statuses of the answers */
    async function keepAsking(
      { origin }: RunningProxy,
      path: string,
      options: RequestOptions,
      body: (n: number) => string | undefined,
    ): Promise<Set<number>> {
      const statuses = new Set<number>();
      for (let n = 0; !going.signal.aborted; n++) {
        const call = open(origin + path, { ca: certificate.ca, agent: false, ...options }).end(body(n));
        const [answer] = (await once(call, 'response')) as [IncomingMessage];
        statuses.add(answer.statusCode ?? 0);
        await once(answer.resume(), 'end');
        if (options.method === 'POST') await sleep(POST_EVERY_MS);
      }
      return statuses;
    }
    const headers = { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'application/json' };
    const callers = proxies.flatMap((proxy, index) => [
      keepAsking(proxy, '/v1/alerts', { method: 'POST', headers }, (n) =>
        JSON.stringify({ headline: `خبر ${here[index]?.name} رقم ${n}`, lang: 'ar', topics: ['world'] }),
      ),
      ...[1, 2].map(() => keepAsking(proxy, '/v1/config', {}, () => undefined)),
    ]);
    try {
      for (const [index, origin] of stack.origins.entries()) {
        await stack.restartServer(index);
        await expect
          .poll(async () => (await fetch(`${origin}/readyz`)).status, { timeout: 10_000 })
          .toBe(200);
        await sleep(SEEN_MS);
      }
      going.abort();
      const statuses = await Promise.all(callers);
      expect(statuses.map((all) => [...all])).toEqual(here.flatMap(() => [[201], [200], [200]]));
    } catch (error) {
      throw new Error(stack.logs(), { cause: error });
    } finally {
      going.abort();
      await Promise.allSettled(callers);
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await stack.stop();
    }
  },
  60_000,
);

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
