import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FRAME } from '../../../../src/push/transport/frames.ts';
import type { TransportOptions } from '../../../../src/push/transport/open-transport.ts';
import { startScriptedServer, type Peer } from '../../../support/scripted-http2.ts';
import { makeCertificate } from '../../../support/tls.ts';
import { openTestTransport, outcome, pushRequest } from '../../../support/transport.ts';

const certificate = makeCertificate();
const { cert, key } = certificate;
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

/** Many requests of one order. */
function opener(origin: string, options: Partial<TransportOptions>) {
  const { transport } = openTestTransport({ ca: certificate.ca, ...options });
  cleanup.push(() => transport.close(0));
  const order = { stopped: false };
  const ask = (path: string) => outcome(transport.request(pushRequest(origin, { path })));
  const askMany = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, at) =>
        outcome(transport.request(pushRequest(origin, { path: `/${at}`, order }))),
      ),
    );
  return { transport, order, ask, askMany };
}

/** An HTTP/1.1 server that holds its answers, and connections from the second on until they are released. */
async function holdingServer(options: { holdConnections?: boolean } = {}) {
  const held: { call: IncomingMessage; response: ServerResponse }[] = [];
  const connections: Socket[] = [];
  const https = createHttpsServer({ cert, key }, (call, response) => held.push({ call, response }));
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    if (options.holdConnections !== true || connections.length === 1) https.emit('connection', socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.push(async () => {
    for (const socket of connections) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    held,
    connections,
    answer: () => {
      for (const { call, response } of held) {
        call.resume();
        if (!response.writableEnded) response.writeHead(201).end();
      }
    },
    letIn: (socket: Socket) => https.emit('connection', socket),
  };
}

const notSent = { code: 'refused', processed: false };
const withStatus = (answers: object[]) => answers.filter((answer) => 'status' in answer);

describe('an order that is stopped', () => {
  it('HTTP/1.1, 64 sockets busy: what waits for one is not written', async () => {
    const server = await holdingServer();
    const { order, ask, askMany } = opener(server.origin, {});
    const answers = askMany(100);
    await expect.poll(() => server.held.length, { timeout: 10_000 }).toBe(64);
    order.stopped = true;
    server.answer();
    const all = await answers;
    expect(withStatus(all)).toHaveLength(64);
    expect(all.filter((answer) => !('status' in answer))).toMatchObject(Array.from({ length: 36 }, () => notSent)); // prettier-ignore
    const another = ask('/another');
    await expect.poll(() => server.held.at(-1)?.call.url).toBe('/another');
    expect(server.held).toHaveLength(65);
    server.answer();
    expect(await another).toMatchObject({ status: 201 });
  });

  it('HTTP/1.1, while it connects: nothing is written', async () => {
    const server = await holdingServer({ holdConnections: true });
    const { order, askMany } = opener(server.origin, {});
    const answers = askMany(1);
    await expect.poll(() => server.connections.length).toBe(2); // the first was to find out about HTTP/1.1
    const second = server.connections[1] as Socket;
    order.stopped = true;
    server.letIn(second);
    expect(await answers).toMatchObject([notSent]);
    await expect.poll(() => second.destroyed).toBe(true);
    expect(server.held).toHaveLength(0);
  });

  /** `good`: the number of the first connection that does not end in a protocol error. */
  it.each([
    ['our own client', 0],
    ['the library', 1],
  ])('%s: what waits for a stream is not written, what has one goes on', async (_name, good) => {
    const ids: number[] = [];
    let peer: Peer | undefined;
    const server = await startScriptedServer(certificate, async (newest, connection) => {
      newest.greet([3, 2]);
      if (connection < good) {
        await newest.request();
        return newest.data(0, 'x');
      }
      peer = newest;
      return newest.serve(({ streamId }) => void ids.push(streamId));
    });
    cleanup.push(server.close);
    const { order, ask, askMany } = opener(server.origin, { maxConnections: 1 });
    if (good > 0) expect(await ask('/first')).toMatchObject({ code: 'protocol' });
    const answers = askMany(5);
    await expect.poll(() => ids.length).toBe(2);
    order.stopped = true;
    for (const id of ids) peer?.answer(id);
    expect((await answers).map((answer) => ('status' in answer ? answer.status : answer))).toMatchObject([201, 201, notSent, notSent, notSent]); // prettier-ignore
    await peer?.roundTrip();
    expect(peer?.count(FRAME.headers)).toBe(2);
  });

  it('our own client: a body that waits for the window is not written, and its stream is reset', async () => {
    let peer: Peer | undefined;
    const server = await startScriptedServer(certificate, async (newest) => {
      newest.greet([4, 0]); // SETTINGS_INITIAL_WINDOW_SIZE
      peer = newest;
      return newest.serve();
    });
    cleanup.push(server.close);
    const { order, askMany } = opener(server.origin, { maxConnections: 1 });
    const answers = askMany(1);
    await expect.poll(() => peer?.count(FRAME.headers)).toBe(1);
    order.stopped = true;
    peer?.send(FRAME.windowUpdate, 0, 1, Buffer.of(0, 1, 0, 0));
    expect(await answers).toMatchObject([notSent]);
    await peer?.roundTrip();
    expect(peer?.count(FRAME.rstStream)).toBe(1);
    expect(peer?.count(FRAME.data)).toBe(0);
  });

  it('the library, while it connects: nothing is written', async () => {
    let greet: (() => void) | undefined;
    const server = await startScriptedServer(certificate, async (peer, connection) => {
      if (connection === 0) {
        peer.greet();
        await peer.request();
        return peer.data(0, 'x');
      }
      greet = () => peer.greet();
      return peer.serve();
    });
    cleanup.push(server.close);
    const { order, ask, askMany } = opener(server.origin, {});
    expect(await ask('/first')).toMatchObject({ code: 'protocol' });
    const answers = askMany(3);
    await expect.poll(() => greet).toBeDefined();
    order.stopped = true;
    greet?.();
    expect(await answers).toMatchObject([notSent, notSent, notSent]);
    await server.peers[1]?.roundTrip();
    expect(server.peers[1]?.count(FRAME.headers)).toBe(0);
    expect(await ask('/another')).toMatchObject({ status: 201 });
  });
});

describe('HTTP/1.1 with few sockets', () => {
  it('a request on a socket that another has left is known to be written', async () => {
    const server = await holdingServer();
    const { ask } = opener(server.origin, {
      maxHttp1Sockets: 1,
      connectTimeoutMs: 300,
      requestTimeoutMs: 2000,
    });
    const answers = ['/1', '/2', '/3'].map(ask);
    for (const count of [1, 2]) {
      await expect.poll(() => server.held.length).toBe(count);
      if (count === 1) server.answer();
    }
    expect(await answers[0]).toMatchObject({ status: 201 });
    // Longer than connecting may take: this one is connected.
    expect(await answers[1]).toMatchObject({ code: 'timeout', processed: true });
    expect(await answers[2]).toMatchObject({ code: 'timeout', processed: false });
    expect(server.held.map(({ call }) => call.url)).toEqual(['/1', '/2']);
  });

  it('what waits when the transport is closed is rejected, and never sent', async () => {
    const server = await holdingServer();
    const { ask, transport } = opener(server.origin, { maxHttp1Sockets: 1, requestTimeoutMs: 60_000 });
    const answers = ['/1', '/2', '/3'].map(ask);
    await expect.poll(() => server.held.length).toBe(1);
    await transport.close(0);
    const closed = (processed: boolean) => ({ code: 'closed', processed });
    expect(await Promise.all(answers)).toMatchObject([closed(true), closed(false), closed(false)]);
    await expect.poll(() => server.connections.every((socket) => socket.destroyed)).toBe(true);
    expect(server.held).toHaveLength(1);
    expect(server.connections).toHaveLength(2);
  });
});
