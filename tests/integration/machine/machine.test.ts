import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startTestMachine, untilGone, type TestMachine } from '../../support/machine.ts';

const PARTS = ['redis', 'server', 'workers 1', 'workers 2'];

let dir: string;
let machine: TestMachine;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ajil-machine-'));
  machine = startTestMachine(dir);
  await machine.line((line) => line.msg === 'ready');
});

afterEach(async () => {
  const pids = PARTS.map((part) => machine.pidOf(part));
  machine.kill('SIGKILL');
  await machine.ended;
  await untilGone(pids);
  await rm(dir, { recursive: true, force: true });
});

test('a part that dies by kill -9 is started again, Redis too', async () => {
  for (const part of PARTS) {
    const before = machine.pidOf(part);
    const seen = machine.lines.length;
    process.kill(before, 'SIGKILL');
    await machine.line((line) => line.msg === `${part} ended; restarting it`, seen);
    await machine.line((line) => line.msg === `${part} started`, seen);
    expect(machine.pidOf(part)).not.toBe(before);
  }
  expect(machine.lines.find((line) => line.msg === 'admin key')?.shown).toBe('key-of-the-first-start');
});

test.runIf(process.platform === 'linux')('the workers, which speak to the outside, have no admin key', () => {
  const environmentOf = (part: string): string =>
    readFileSync(`/proc/${machine.pidOf(part)}/environ`, 'utf8');
  expect(environmentOf('server')).toContain('ADMIN_KEY=');
  expect(environmentOf('workers 1')).toContain('DATA_DIR=');
  expect(environmentOf('workers 1')).not.toContain('ADMIN_KEY=');
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s stops the server, then the workers, then Redis, and leaves no process',
  async (signal) => {
    const pids = PARTS.map((part) => machine.pidOf(part));
    machine.kill(signal);
    expect(await machine.ended).toBe(0);
    const stopped = machine.lines.filter((line) => line.msg.endsWith(' stopped')).map((line) => line.part);
    expect([stopped[0], new Set(stopped.slice(1, 3)), stopped[3]]).toEqual([
      'server',
      new Set(['workers 1', 'workers 2']),
      'redis',
    ]);
    await untilGone(pids);
  },
);

test('kill -9 of the supervisor leaves no process', async () => {
  const pids = PARTS.map((part) => machine.pidOf(part));
  machine.kill('SIGKILL');
  expect(await machine.ended).toBe('SIGKILL');
  await untilGone(pids);
});
