import type { Readable } from 'node:stream';
import { MAX_BODY_BYTES, type PushRequest } from './checks.ts';

/** One request that waits for its answer. One of the methods is called, or none: then the sender waits. */
export interface Exchange extends PushRequest {
  readonly method: string;
  answer(status: number, headers: Readonly<Record<string, string>>, body: string): void;
  /** Cuts the connection without an answer. @returns how many answers of just before it may not have gone out */
  cut(): number;
}

/** Hands on a whole body; of one that is too long the first 4,097 bytes at once, so that the answer is early. */
export function collectBody(stream: Readable, done: (body: Buffer, complete: boolean) => void): void {
  const parts: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (part: Buffer) => {
    if (bytes > MAX_BODY_BYTES) return;
    parts.push(part);
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) done(Buffer.concat(parts).subarray(0, MAX_BODY_BYTES + 1), false);
  });
  stream.on('end', () => {
    if (bytes <= MAX_BODY_BYTES) done(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), true);
  });
}

/** The other side went away: what it does about that is its test's business. */
export function ignore(): void {}
