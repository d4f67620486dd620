import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SHARDS } from '../../src/audience/shard.ts';
import { openReceiptTokens } from '../../src/delivery/receipts/receipt-token.ts';

/** What to send: receipts of distinct devices for one version, evenly, whatever the server does. */
export interface Load {
  readonly port: number;
  /** base64url of 32 bytes. */
  readonly vapidPrivateKey: string;
  readonly alertId: string;
  readonly version: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Keep-alive connections at most, opened when they are needed. Each has one request at a time, as a proxy's have. */
  readonly connections: number;
}

export interface Counts {
  readonly offered: number;
  /** Answered 204. */
  readonly taken: number;
  readonly refused: number;
  readonly unanswered: number;
  /** From the time when each was due, ms. */
  readonly tookMs: readonly number[];
  /** Seconds of CPU of this process. */
  readonly cpuSeconds: number;
}

/** For answers that are still on their way at the end. */
const PATIENCE_MS = 10_000;
const TICK_MS = 2;

process.once('message', (load: Load) => {
  void run(load).then((counts) => process.send?.(counts, () => process.exit(0)));
});

async function run(load: Load): Promise<Counts> {
  const requests = makeRequests(load);
  const idle: Socket[] = [];
  const due: number[] = [];
  const tookMs: number[] = [];
  let [next, opened, taken, refused, answered] = [0, 0, 0, 0, 0];

  function sendNext(): void {
    while (next < due.length) {
      const socket = idle.pop() ?? (opened < load.connections ? open() : undefined);
      if (socket === undefined) return;
      send(socket, next++);
    }
  }
  function open(): Socket {
    opened += 1;
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
    // What it had asked stays unanswered.
    return socket.on('error', () => undefined);
  }
  function send(socket: Socket, index: number): void {
    socket.once('data', (answer: Buffer) => {
      answered += 1;
      if (answer.toString('latin1', 9, 12) === '204') taken += 1;
      else refused += 1;
      tookMs.push(performance.now() - due[index]!);
      idle.push(socket);
      sendNext();
    });
    socket.write(requests[index]!);
  }

  const cpu = process.cpuUsage();
  const began = performance.now();
  while (due.length < requests.length) {
    const now = performance.now() - began;
    const wanted = Math.min(requests.length, Math.floor((now / 1000) * load.perSecond));
    while (due.length < wanted) due.push(began + (due.length / load.perSecond) * 1000);
    sendNext();
    await sleep(TICK_MS);
  }
  for (let waited = 0; answered < due.length && waited < PATIENCE_MS; waited += 50) await sleep(50);
  const { user, system } = process.cpuUsage(cpu);
  const offered = due.length;
  return {
    offered,
    taken,
    refused,
    unanswered: offered - answered,
    tookMs,
    cpuSeconds: (user + system) / 1e6,
  };
}

function makeRequests({ port, alertId, version, vapidPrivateKey, perSecond, seconds }: Load): Buffer[] {
  const tokens = openReceiptTokens(vapidPrivateKey);
  const slots = Array.from({ length: Math.ceil((perSecond * seconds) / SHARDS) }, (_, slot) => slot);
  const all = Array.from({ length: SHARDS }, (_, shard) => tokens.make({ alertId, version }, shard, slots));
  return slots
    .flatMap((slot) => all.map((ofShard) => ofShard[slot]!))
    .slice(0, perSecond * seconds)
    .map((token) => {
      const body = JSON.stringify({ alertId, version, event: 'shown', token });
      // The head that Chromium's service worker sends.
      return Buffer.from(
        `POST /v1/receipts HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: keep-alive\r\n` +
          `Content-Length: ${body.length}\r\nUser-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36\r\n` +
          `Content-Type: application/json\r\nAccept: */*\r\nOrigin: http://localhost:${port}\r\n` +
          `Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\n` +
          `Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: ar-EG,ar;q=0.9,en-US;q=0.8,en;q=0.7\r\n\r\n${body}`,
      );
    });
}
