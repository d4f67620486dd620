import { connect, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { pick } from '../chaos/live/alert-source.ts';
import { anyFrames, effectOf, type ClientFrame } from './frames.ts';
import { anyHandshake, DOCUMENTED, RESET } from './handshakes.ts';
import { createAnswerReader, type Answer } from './answer.ts';

/** Longer than the gateway ever takes to answer or to close. */
const PATIENCE_MS = 15_000;
/** A client that dribbles, or leaves in the middle, is watched so long at most. */
const DRIBBLE_MS = 150;

/** One connection that misbehaves. @returns what was wrong with the server's behaviour, a sentence each */
export async function attack(port: number, random: () => number): Promise<string[]> {
  const handshake = anyHandshake(random);
  const frames = handshake.statuses.includes(101) && handshake.statuses.length === 1 ? anyFrames(random) : [];
  const early = random() < 0.4;
  const ending = pick(['half-close', 'reset', 'end'] as const, random);
  const name = `${handshake.name}; ${frames.map((frame) => frame.name).join(', ')}${early ? ' (early)' : ''}; ${ending}`;

  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const answer = createAnswerReader(socket);
  const faults: string[] = [];
  const expect = async (what: string, done: () => boolean): Promise<void> => {
    if (!(await answer.until(done, PATIENCE_MS)))
      faults.push(`${name}: no ${what}; ${describe(answer.now())}`);
  };

  const bytes = frames.map((frame) => frame.bytes);
  await dribble(socket, early ? Buffer.concat([handshake.bytes, ...bytes]) : handshake.bytes, random);
  if (handshake.endless === true) {
    await answer.until(() => answer.now().ended, DRIBBLE_MS * random());
  } else {
    await expect('status', () => answer.now().status !== undefined || answer.now().ended);
    const { status } = answer.now();
    if (!handshake.statuses.includes(status ?? RESET)) {
      faults.push(`${name}: answered ${status ?? 'nothing'} instead of ${handshake.statuses.join(' or ')}`);
    }
    if (status === 101) {
      if (!early) await dribble(socket, Buffer.concat(bytes), random);
      await expect('hello', () => answer.now().texts > 0);
      await judgeFrames(frames, answer, expect, (fault) => faults.push(`${name}: ${fault}`));
    }
  }
  const { status } = answer.now();
  if (status !== undefined && status !== 101 && status !== 200 && !DOCUMENTED.has(status)) {
    faults.push(`${name}: the undocumented status ${status}`);
  }
  if (ending === 'half-close' && answer.now().status === 101) {
    socket.end();
    await expect('end after ours', () => answer.now().ended);
  }
  if (ending === 'reset') socket.resetAndDestroy();
  else socket.destroy();
  return faults;
}

async function judgeFrames(
  frames: readonly ClientFrame[],
  answer: { now(): Answer },
  expect: (what: string, done: () => boolean) => Promise<void>,
  fault: (what: string) => void,
): Promise<void> {
  const { pongs, end } = effectOf(frames);
  if (end?.type === 'close') {
    await expect('close', () => answer.now().close !== undefined && answer.now().ended);
    const { close } = answer.now();
    if (close !== undefined && close.code !== end.code)
      fault(`closed with ${close.code} instead of ${end.code}`);
  } else if (pongs.length > 0) {
    // A pong may stand for several pings, but the last one has its own (RFC 6455, section 5.5.3).
    const last = pongs.at(-1) ?? Buffer.alloc(0);
    await expect('pong', () => answer.now().pongs.at(-1)?.equals(last) === true);
  }
  let at = 0;
  for (const pong of answer.now().pongs) {
    const found = pongs.findIndex((payload, index) => index >= at && payload.equals(pong));
    if (found < 0) fault('a pong that nobody asked for');
    at = found + 1;
  }
}

/** Sends in pieces of any size: headers and frames are torn anywhere. */
async function dribble(socket: Socket, bytes: Buffer, random: () => number): Promise<void> {
  const pieces = random() < 0.5 ? 1 : 1 + Math.floor(random() * 6);
  const slowly = random() < 0.1;
  let at = 0;
  for (let piece = pieces; piece > 0 && at < bytes.length; piece--) {
    const size = piece === 1 ? bytes.length - at : Math.ceil(random() * (bytes.length - at));
    socket.write(bytes.subarray(at, at + size));
    at += size;
    if (slowly) await sleep((random() * DRIBBLE_MS) / pieces);
    else await turn();
  }
}

const describe = ({ status, texts, pongs, close, ended }: Answer): string =>
  `status ${status}, ${texts} texts, ${pongs.length} pongs, closed with ${close === undefined ? 'nothing' : close.code}, ${ended ? 'ended' : 'open'}`;
