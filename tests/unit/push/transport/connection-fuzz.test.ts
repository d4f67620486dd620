import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { ExchangeQueue } from '../../../../src/push/transport/exchange-queue.ts';
import { Exchange } from '../../../../src/push/transport/exchange.ts';
import { Http2Connection } from '../../../../src/push/transport/http2-connection.ts';
import type { OnBytes } from '../../../../src/push/transport/tls-connect.ts';
import { TransportError } from '../../../../src/push/types.ts';
import { seededRandom } from '../../../support/random.ts';
import { frame, literals, settingsPayload, uint32 } from '../../../support/scripted-http2.ts';
import { pushRequest } from '../../../support/transport.ts';

/** A socket that takes everything, or as much as its buffer holds. */
function fakeSocket(reads: boolean): TLSSocket {
  const socket = new Duplex({
    read: () => {},
    write: (_bytes, _encoding, done) => reads && done(),
  });
  return Object.assign(socket, { setNoDelay: () => socket }) as unknown as TLSSocket;
}

/** What a server might say: mostly what it may, on streams that may be open; now and then anything at all. */
function words(pick: (below: number) => number): Buffer {
  const id = 1 + 2 * pick(7);
  const status = ['103', '201', '201', '429'][pick(4)] ?? '';
  const answer = (): Buffer => frame(1, 4 + pick(2), id, literals({ ':status': status, link: 'a' }));
  const usual = [
    answer,
    answer,
    () => frame(1, 5, id, literals({ ':status': '201' })),
    () => Buffer.concat([frame(1, 4, id, literals({ ':status': '201' })), frame(0, pick(2), id, Buffer.alloc(300))]),
    () => frame(3, 0, id, uint32([0, 2, 7, 7, 8][pick(5)] ?? 0)),
    () => frame(4, 0, 0, settingsPayload([[3, pick(20)], [4, pick(4000)]])),
    () => frame(6, pick(2), 0, Buffer.alloc(8)),
    () => frame(8, 0, pick(2) * id, uint32(1 + pick(500))),
  ]; // prettier-ignore
  const edge = [0, 1, 65_535, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff][pick(6)] ?? 0;
  const odd = [
    () => frame(7, 0, 0, uint32(pick(2) === 0 ? 0x7fff_ffff : pick(20), pick(4) === 0 ? pick(14) : 0)),
    () => frame(0, 8 + pick(2), id, Buffer.from([pick(6), 1, 2, 3, 4])),
    () => frame(1, 5, id, literals({ ':status': '2e2' })),
    () => frame(1, 5, pick(60), literals({ 'x-trailer': '1' })),
    () => frame(3, 0, id, uint32(pick(14))),
    () => frame(4, 0, 0, settingsPayload([[1 + pick(6), edge]])),
    () => frame(8, 0, pick(2) * id, uint32(edge)),
    () => frame(9, pick(2) * 4, id, Buffer.alloc(pick(4))),
  ];
  const kinds = pick(12) === 0 ? odd : usual;
  return kinds[pick(kinds.length)]?.() ?? Buffer.alloc(0);
}

interface Course {
  readonly settled: number;
  readonly returned: number;
  readonly answered: number;
}

/** One connection from its greeting to its end. */
async function run(random: () => number): Promise<Course> {
  const pick = (below: number): number => Math.floor(random() * below);
  let now = 0;
  let onBytes: OnBytes = () => {};
  const queue = new ExchangeQueue();
  const returned = new Set<Exchange>();
  let settled = 0;
  let closed = 0;
  const socket = fakeSocket(pick(4) > 0);
  const client = new Http2Connection(
    { socket, listen: (taker) => (onBytes = taker) },
    { authority: 'a.example', now: () => now, idleTimeoutMs: 1e9, pingEveryMs: 1e9 },
    {
      onReady: () => {},
      onReturned: (exchange) => {
        expect(exchange.settled || returned.has(exchange)).toBe(false);
        returned.add(exchange);
      },
      onFault: () => client.drain(),
      onClosed: () => (closed += 1),
    },
  );
  client.start();
  const exchanges = Array.from({ length: 8 }, () => {
    const request = pushRequest('https://a.example', { body: Buffer.alloc(pick(3000)) });
    return new Exchange(request, 500, 500 + pick(2000), () => (settled += 1));
  });
  for (const exchange of exchanges) queue.push(exchange);
  const say = (bytes: Buffer): void => onBytes(bytes, bytes.length);
  say(frame(4, 0, 0, settingsPayload([[3, 6]])));
  for (let turn = 0; turn < 20; turn += 1) {
    client.pump(queue);
    if (closed > 0) break;
    say(words(pick));
    now += pick(100);
    for (const exchange of client.streams.values()) if (exchange.deadline <= now) client.expire(exchange);
  }
  client.destroy('the end');
  queue.rejectAll(new TransportError('closed', 'the end', false));
  const answers = await Promise.allSettled(
    exchanges.filter((exchange) => !returned.has(exchange)).map(({ answer }) => answer),
  );
  expect(closed).toBe(1);
  expect(client.streams.size).toBe(0);
  expect(settled + returned.size).toBe(exchanges.length);
  for (const answer of answers) {
    if (answer.status === 'rejected') expect(answer.reason).toBeInstanceOf(TransportError);
  }
  const fulfilled = answers.filter(({ status }) => status === 'fulfilled').length;
  return { settled, returned: returned.size, answered: fulfilled };
}

describe('a connection to a server that says anything', () => {
  it.each([1, 2, 3, 4, 5])('settles or returns every request exactly once, seed %i', async (seed) => {
    const random = seededRandom(seed);
    let answered = 0;
    let returned = 0;
    for (let round = 0; round < 300; round += 1) {
      const course = await run(random);
      answered += course.answered;
      returned += course.returned;
    }
    // The servers were not all so odd that nothing was tried.
    expect(answered).toBeGreaterThan(100);
    expect(returned).toBeGreaterThan(50);
  });
});
