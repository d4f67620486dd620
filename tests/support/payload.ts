import type { Payload } from '../../src/push/types.ts';

/** The bytes of a message before its encryption. @throws if the payload writes beyond them */
export function bytesOf(payload: Payload): Buffer {
  const around = Buffer.alloc(payload.length + 2, '|');
  payload.copy(around, 1);
  if (around[0] !== 124 || around.at(-1) !== 124) throw new Error('a payload that writes beyond its length');
  return around.subarray(1, -1);
}

export const textOf = (payload: Payload): string => bytesOf(payload).toString();
