import { describe, expect, it } from 'vitest';
import { FloodGuard } from '../../../../src/push/transport/flood-guard.ts';
import { FrameDispatch } from '../../../../src/push/transport/frame-dispatch.ts';
import { FrameReader } from '../../../../src/push/transport/frame-reader.ts';
import { Http2Error } from '../../../../src/push/transport/frames.ts';
import { HpackDecoder, MAX_HEADER_LIST_BYTES } from '../../../../src/push/transport/hpack-decoder.ts';
import { HpackEncoder } from '../../../../src/push/transport/hpack-encoder.ts';
import { seededRandom } from '../../../support/random.ts';
import { frame, literals, settingsPayload, uint32 } from '../../../support/scripted-http2.ts';

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

/** Changes, drops, doubles or cuts some bytes. */
function mutate(bytes: Buffer, random: () => number): Buffer {
  const pick = (below: number): number => Math.floor(random() * below);
  let result = Buffer.from(bytes);
  for (let left = pick(4) + 1; left > 0 && result.length > 0; left -= 1) {
    const at = pick(result.length);
    const kind = pick(5);
    if (kind === 0) result[at] = pick(256);
    else if (kind === 1) result[at] = (result[at] ?? 0) ^ (1 << pick(8));
    else if (kind === 2) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1 + pick(4))]);
    else if (kind === 3)
      result = Buffer.concat([result.subarray(0, at), result.subarray(Math.max(0, at - 8))]);
    else result = result.subarray(0, at);
  }
  return result;
}

function randomBytes(random: () => number, most: number): Buffer {
  return Buffer.from(Array.from({ length: Math.floor(random() * most) }, () => Math.floor(random() * 256)));
}

/** True if it went well, false for our own error; anything else is thrown on. */
function survives(action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (error instanceof Http2Error) return false;
    throw error;
  }
}

describe.each(SEEDS)('fuzz, seed %i', (seed) => {
  it('HPACK: any block gives bounded fields or an Http2Error', () => {
    const random = seededRandom(seed);
    const valid = Buffer.alloc(4096);
    let decoder = new HpackDecoder();
    let encoder = new HpackEncoder();
    let fine = 0;
    for (let round = 0; round < 1500; round += 1) {
      const headers = { ttl: String(round % 5), topic: 'x'.repeat(round % 64), link: 'y'.repeat(round % 9) };
      const end = encoder.encode(valid, 0, 'a.example', '/p', headers, round);
      const block = round % 3 === 0 ? randomBytes(random, 200) : mutate(valid.subarray(0, end), random);
      const went = survives(() => {
        const fields = decoder.decode(block, 0, block.length);
        expect(fields.join('').length).toBeLessThanOrEqual(MAX_HEADER_LIST_BYTES);
      });
      if (went) fine += 1;
      else [decoder, encoder] = [new HpackDecoder(), new HpackEncoder()];
    }
    expect(fine).toBeGreaterThan(10);
    expect(fine).toBeLessThan(1500);
  });

  it('frames are the same wherever the bytes are cut', () => {
    const random = seededRandom(seed);
    const large = frame(0, 0, 1, randomBytes(random, 16_384));
    const bytes = Buffer.concat([conversation(random), large, conversation(random)]);
    const cut = (piece: () => number): Buffer[] => {
      const frames: Buffer[] = [];
      const reader = new FrameReader((type, flags, streamId, buffer, start, end) =>
        frames.push(frame(type, flags, streamId, buffer.subarray(start, end))),
      );
      for (let at = 0; at < bytes.length;) {
        // As the socket does it: the buffer is used again.
        const chunk = Buffer.from(bytes.subarray(at, at + piece()));
        reader.read(chunk, chunk.length);
        at += chunk.length;
        chunk.fill(0xff);
      }
      return frames;
    };
    const whole = cut(() => bytes.length);
    expect(Buffer.concat(whole)).toEqual(bytes);
    expect(cut(() => 1)).toEqual(whole);
    expect(cut(() => 1 + Math.floor(random() * 40))).toEqual(whole);
  });

  it('frames: any bytes, cut anywhere, give events or an Http2Error', () => {
    const random = seededRandom(seed);
    let fine = 0;
    for (let round = 0; round < 300; round += 1) {
      const bytes = mutate(conversation(random), random);
      if (survives(() => feed(bytes, random))) fine += 1;
    }
    expect(fine).toBeGreaterThan(0);
    expect(fine).toBeLessThan(300);
  });
});

/** What a server might say: every kind of frame, most of them right. */
function conversation(random: () => number): Buffer {
  const block = literals({ ':status': '201', location: '/m/1' });
  const half = Math.floor(block.length / 2);
  const kinds = [
    frame(1, 0x5, 1, block),
    frame(1, 0x2d, 3, Buffer.concat([Buffer.from([2, 0, 0, 0, 0, 9]), block, Buffer.alloc(2)])),
    Buffer.concat([frame(1, 0x1, 5, block.subarray(0, half)), frame(9, 0x4, 5, block.subarray(half))]),
    frame(0, 0x9, 1, Buffer.from([3, 65, 66, 0, 0, 0])),
    frame(0, 0x0, 1, randomBytes(random, 50)),
    frame(3, 0, 1, uint32(8)),
    frame(4, 0, 0, settingsPayload([[3, 10], [4, 70_000]])),
    frame(4, 1, 0, Buffer.alloc(0)),
    frame(6, 0, 0, Buffer.alloc(8)),
    frame(7, 0, 0, uint32(7, 0)),
    frame(8, 0, 1, uint32(1000)),
    frame(2, 0, 1, Buffer.alloc(5)),
    frame(0x7f, 0xff, 9, randomBytes(random, 20)),
  ]; // prettier-ignore
  const said = Array.from({ length: 8 }, () => kinds[Math.floor(random() * kinds.length)] ?? Buffer.alloc(0));
  return Buffer.concat([frame(4, 0, 0, Buffer.alloc(0)), ...said]);
}

function feed(bytes: Buffer, random: () => number): void {
  const seen: number[] = [];
  const note = (streamId: number): void => {
    seen.push(streamId);
  };
  const dispatch = new FrameDispatch(
    {
      onHeaders: note,
      onData: (streamId, buffer, start, end, flowBytes) => {
        expect(start).toBeLessThanOrEqual(end);
        expect(end - start).toBeLessThanOrEqual(flowBytes);
        expect(end).toBeLessThanOrEqual(buffer.length);
        note(streamId);
      },
      onReset: note,
      onSettings: () => note(0),
      onPing: (payload) => expect(payload.length).toBe(8),
      onPong: () => note(0),
      onGoaway: note,
      onWindowUpdate: note,
    },
    new FloodGuard(() => 0),
  );
  const reader = new FrameReader(dispatch.frame);
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + 1 + Math.floor(random() * 30));
    reader.read(piece, piece.length);
    at += piece.length;
  }
  expect(seen.length).toBeLessThanOrEqual(bytes.length / 9);
}
