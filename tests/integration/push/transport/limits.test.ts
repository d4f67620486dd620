import { afterEach, describe, expect, it } from 'vitest';
import { FLAG, FRAME } from '../../../../src/push/transport/frames.ts';
import type { TransportOptions } from '../../../../src/push/transport/open-transport.ts';
import {
  frame,
  settingsPayload,
  startScriptedServer,
  uint32,
  type Peer,
} from '../../../support/scripted-http2.ts';
import { makeCertificate } from '../../../support/tls.ts';
import { openTestTransport, outcome, pushRequest } from '../../../support/transport.ts';

const certificate = makeCertificate();
const cleanup: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

async function setUp(
  script: (peer: Peer, connection: number) => Promise<unknown>,
  options: Partial<TransportOptions> = {},
) {
  const server = await startScriptedServer(certificate, script);
  cleanup.push(server.close);
  const test = openTestTransport({ ca: certificate.ca, ...options });
  cleanup.push(() => test.transport.close(0));
  const ask = (path: string, body: Buffer = Buffer.alloc(100, 7)) =>
    outcome(test.transport.request(pushRequest(server.origin, { path, body })));
  const askMany = (count: number, body?: Buffer) =>
    Promise.all(Array.from({ length: count }, (_, at) => ask(`/${at}`, body)));
  return { server, ask, askMany, ...test };
}

const ok = { status: 201 };

describe('limits that the server sets', () => {
  it('nothing is asked before its SETTINGS, and they are acknowledged', async () => {
    const { ask } = await setUp(async (peer) => {
      expect((await peer.take(FRAME.settings)).payload).toEqual(settingsPayload([[2, 0], [6, 16_384]])); // prettier-ignore
      expect(peer.frames).toHaveLength(1);
      peer.greet();
      expect(await peer.take(FRAME.settings)).toMatchObject({ flags: FLAG.ack, payload: Buffer.alloc(0) });
      await peer.serve();
    });
    expect(await ask('/1')).toMatchObject(ok);
  });

  it('streams at once: the rest waits, and takes a place when it is free', async () => {
    let open = 0;
    let most = 0;
    const { askMany, server } = await setUp(
      async (peer) => {
        peer.greet([3, 3]);
        await peer.serve(({ streamId }) => {
          open += 1;
          most = Math.max(most, open);
          setImmediate(() => {
            open -= 1;
            peer.answer(streamId);
          });
        });
      },
      { maxConnections: 1 },
    );
    const answers = await askMany(50);
    expect(answers.every((answer) => 'status' in answer)).toBe(true);
    expect(most).toBe(3);
    expect(server.peers).toHaveLength(1);
  });

  it('more connections are opened when streams run out, up to the limit', async () => {
    const held: (() => void)[] = [];
    const { askMany, server } = await setUp(
      async (peer) => {
        peer.greet([3, 2]);
        await peer.serve(({ streamId }) => {
          held.push(() => peer.answer(streamId));
          if (held.length < 6) return;
          for (const release of held.splice(0)) release();
        });
      },
      { maxConnections: 3 },
    );
    await askMany(12);
    expect(server.peers).toHaveLength(3);
  });

  it('a lower and a higher number of streams mid-connection', async () => {
    const { askMany } = await setUp(
      async (peer) => {
        peer.greet([3, 4]);
        const first = [];
        while (first.length < 4) first.push(await peer.request());
        peer.send(FRAME.settings, 0, 0, settingsPayload([[3, 1]]));
        for (const { streamId } of first) peer.answer(streamId);
        for (let count = 5; count < 10; count += 1) {
          const { streamId } = await peer.request();
          await peer.roundTrip();
          expect(peer.count(FRAME.headers)).toBe(count);
          peer.answer(streamId);
        }
        peer.send(FRAME.settings, 0, 0, settingsPayload([[3, 100]]));
        await peer.roundTrip();
        await peer.roundTrip();
        expect(peer.count(FRAME.headers)).toBe(30);
        await peer.serve();
      },
      { maxConnections: 1 },
    );
    const answers = await askMany(30);
    expect(answers.every((answer) => 'status' in answer)).toBe(true);
  });

  it('no streams at all, until it allows some', async () => {
    const { ask, server } = await setUp(
      async (peer) => {
        peer.greet([3, 0]);
        await peer.roundTrip();
        expect(peer.count(FRAME.headers)).toBe(0);
        peer.send(FRAME.settings, 0, 0, settingsPayload([[3, 1]]));
        await peer.serve();
      },
      { maxConnections: 1 },
    );
    expect(await ask('/1')).toMatchObject(ok);
    expect(server.peers).toHaveLength(1);
  });

  it('the window of a stream: one that is shut does not hold up the others', async () => {
    const { ask } = await setUp(
      async (peer) => {
        peer.greet([4, 50]);
        const heads = [await peer.take(FRAME.headers), await peer.take(FRAME.headers)];
        expect(heads.map(({ streamId }) => streamId)).toEqual([1, 3]);
        peer.send(FRAME.windowUpdate, 0, 3, uint32(50));
        let bytes = 0;
        for (let last = false; !last;) {
          const piece = await peer.take(FRAME.data);
          if (piece.streamId !== 3) continue;
          bytes += piece.payload.length;
          last = (piece.flags & FLAG.endStream) !== 0;
        }
        expect(bytes).toBe(100);
        peer.answer(3);
        peer.send(FRAME.windowUpdate, 0, 1, uint32(1000));
        const rest = await peer.take(FRAME.data);
        expect(rest).toMatchObject({ streamId: 1, flags: FLAG.endStream });
        expect(rest.payload).toHaveLength(50);
        peer.answer(1);
      },
      { maxConnections: 1 },
    );
    const answers = await Promise.all([ask('/1'), ask('/2')]);
    expect(answers).toMatchObject([ok, ok]);
  });

  it('a new initial window counts for open streams, also when it makes theirs negative', async () => {
    const { ask } = await setUp(async (peer) => {
      peer.greet([4, 60]);
      const first = await peer.take(FRAME.data);
      expect(first.payload).toHaveLength(60);
      peer.send(FRAME.settings, 0, 0, settingsPayload([[4, 20]])); // now at -40
      peer.send(FRAME.windowUpdate, 0, 1, uint32(45)); // now at 5
      const second = await peer.take(FRAME.data);
      expect(second.payload).toHaveLength(5);
      peer.send(FRAME.settings, 0, 0, settingsPayload([[4, 1000]]));
      const third = await peer.take(FRAME.data);
      expect(third).toMatchObject({ flags: FLAG.endStream });
      expect(third.payload).toHaveLength(35);
      peer.answer(1);
    });
    expect(await ask('/1')).toMatchObject(ok);
  });

  it('the window of the connection: no more than 65,535 bytes before it widens', async () => {
    const body = Buffer.alloc(30_000, 1);
    const { askMany } = await setUp(
      async (peer) => {
        peer.greet();
        for (let bytes = 0; bytes < 65_535;) bytes += (await peer.take(FRAME.data)).payload.length;
        await peer.roundTrip();
        // The third is cut, and the others take no stream for nothing.
        expect(peer.count(FRAME.headers)).toBe(3);
        const sent = peer.frames.filter(({ type }) => type === FRAME.data);
        expect(sent.reduce((sum, { payload }) => sum + payload.length, 0)).toBe(65_535);
        for (const streamId of [1, 3]) peer.answer(streamId);
        peer.send(FRAME.windowUpdate, 0, 0, uint32(1_000_000));
        const ended = new Set([1, 3]);
        while (ended.size < 5) {
          const piece = await peer.take(FRAME.data);
          if ((piece.flags & FLAG.endStream) === 0 || ended.has(piece.streamId)) continue;
          ended.add(piece.streamId);
          peer.answer(piece.streamId);
        }
      },
      { maxConnections: 1 },
    );
    expect(await askMany(5, body)).toMatchObject([ok, ok, ok, ok, ok]);
  });

  it('the smallest windows: the updates that they take are no flood', async () => {
    const { ask, metric } = await setUp(async (peer) => {
      peer.greet([4, 1]);
      for (let bytes = 0; bytes < 1200;) {
        const { streamId, payload } = await peer.take(FRAME.data);
        bytes += payload.length;
        const update = uint32(payload.length);
        peer.socket.write(Buffer.concat([streamId, 0].map((id) => frame(FRAME.windowUpdate, 0, id, update))));
      }
      peer.answer(1);
    });
    expect(await ask('/1', Buffer.alloc(1200, 1))).toMatchObject(ok);
    expect(await metric('ajil_push_library_refuges_total')).toBe(0);
  });

  it('frame sizes: 16,384 bytes, or more when it allows more', async () => {
    const body = Buffer.alloc(40_000, 1);
    const sizes: number[] = [];
    const { ask } = await setUp(async (peer) => {
      peer.greet([4, 1_000_000]);
      peer.send(FRAME.windowUpdate, 0, 0, uint32(1_000_000));
      await peer.serve(({ streamId, body: received }) => {
        expect(received).toHaveLength(40_000);
        const pieces = peer.frames.filter(
          (piece) => piece.type === FRAME.data && piece.streamId === streamId,
        );
        sizes.push(Math.max(...pieces.map(({ payload }) => payload.length)));
        peer.send(FRAME.settings, 0, 0, settingsPayload([[5, 30_000]]));
        peer.answer(streamId);
      });
    });
    expect(await ask('/1', body)).toMatchObject(ok);
    // The scripted server reads frames with our own reader, which takes 16,384 bytes: the first is enough to see.
    expect(sizes).toEqual([16_384]);
  });

  it('the header table: shrunk to nothing and grown again mid-connection', async () => {
    const blocks: number[] = [];
    const { ask } = await setUp(async (peer) => {
      peer.greet();
      await peer.serve(({ streamId, headers, block }) => {
        expect(headers).toMatchObject({ ttl: '3600', authorization: 'vapid t=abc, k=def' });
        blocks.push(block.length);
        if (streamId === 3) peer.send(FRAME.settings, 0, 0, settingsPayload([[1, 0]]));
        if (streamId === 5) peer.send(FRAME.settings, 0, 0, settingsPayload([[1, 0], [1, 4096]])); // prettier-ignore
        peer.answer(streamId);
      });
    });
    for (const path of ['/1', '/2', '/3', '/4', '/5']) expect(await ask(path)).toMatchObject(ok);
    const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = blocks;
    expect(second).toBeLessThan(first / 2);
    expect(third).toBeGreaterThan(first / 2);
    expect(fourth).toBeGreaterThan(first / 2);
    expect(fifth).toBe(second);
  });

  it('a socket that nobody reads: requests wait in the queue, whose end refuses', async () => {
    const { askMany, server } = await setUp(
      (peer) => {
        peer.greet([3, 1000], [4, 0x7fff_ffff]);
        peer.send(FRAME.windowUpdate, 0, 0, uint32(0x7000_0000));
        peer.socket.pause();
        return Promise.resolve();
      },
      { maxConnections: 1, maxWaiting: 300, requestTimeoutMs: 500 },
    );
    // 400 requests of 64 KiB: more than the kernel takes.
    const answers = await askMany(400, Buffer.alloc(65_536));
    const count = (code: string, processed: boolean) =>
      answers.filter((a) => 'code' in a && a.code === code && a.processed === processed).length;
    expect(count('refused', false)).toBe(100);
    expect(count('timeout', false)).toBeGreaterThan(0);
    expect(count('timeout', true) + count('timeout', false)).toBe(300);
    expect(server.peers).toHaveLength(1);
  });
});
