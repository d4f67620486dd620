import { once } from 'node:events';
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../../tests/support/tls.ts';

interface Counts {
  /** Messages taken, by whose they were. */
  readonly engaged: number;
  readonly others: number;
  /** Answered 429. */
  readonly refused: number;
}

/** A push service that takes so many messages in each minute of the clock, from all senders together. */
export interface RationedService {
  readonly origin: string;
  readonly ca: string;
  counts(): Counts;
  reset(): void;
  stop(): void;
}

export async function startRationedService(perMinute: number): Promise<RationedService> {
  const { key, cert, ca } = makeCertificate();
  const server = createSecureServer({ key, cert });
  let counts = { engaged: 0, others: 0, refused: 0 };
  let minute = 0;
  let taken = 0;
  server.on('stream', (stream, headers) => {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) [minute, taken] = [now, 0];
    taken += 1;
    stream.on('error', () => undefined).resume();
    if (taken > perMinute) {
      counts.refused += 1;
      stream.respond({ ':status': 429 }, { endStream: true });
      return;
    }
    counts[String(headers[':path']).startsWith('/engaged/') ? 'engaged' : 'others'] += 1;
    stream.respond({ ':status': 201 }, { endStream: true });
  });
  server.on('session', (session) => session.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca,
    counts: () => ({ ...counts }),
    reset: () => void (counts = { engaged: 0, others: 0, refused: 0 }),
    stop: () => void server.close(),
  };
}
