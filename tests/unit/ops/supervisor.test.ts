import { expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { restartDelayMs, supervise, type Clock } from '../../../src/ops/supervisor.ts';

const logger = createLogger({ level: 'silent', role: 'test' });

/** Lets every promise that can settle do so. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

function fakeClock(): Clock & { advance(ms: number): Promise<void>; readonly waiting: number[] } {
  let time = 0;
  let tasks: { at: number; task: () => void }[] = [];
  return {
    now: () => time,
    after: (ms, task) => {
      const entry = { at: time + ms, task };
      tasks.push(entry);
      return () => (tasks = tasks.filter((other) => other !== entry));
    },
    get waiting() {
      return tasks.map(({ at }) => at - time);
    },
    advance: async (ms) => {
      time += ms;
      const due = tasks.filter(({ at }) => at <= time);
      tasks = tasks.filter(({ at }) => at > time);
      for (const { task } of due) task();
      await settle();
    },
  };
}

/** A part that dies when told to. */
function fakePart() {
  const lives: { die: (reason: string) => void; stopped: boolean }[] = [];
  return {
    lives,
    start: async () => {
      let die: (reason: string) => void = () => undefined;
      const ended = new Promise<string>((done) => (die = done));
      const life = { die, stopped: false };
      lives.push(life);
      return {
        pid: lives.length,
        ended,
        stop: async () => {
          life.stopped = true;
          die('SIGTERM');
        },
      };
    },
  };
}

test('the first restart is immediate; then the delay doubles from 200 ms to 30 s, and half of it is random', () => {
  expect([1, 2, 3, 4].map((deaths) => restartDelayMs(deaths, 1))).toEqual([0, 200, 400, 800]);
  expect([1, 2, 3, 4].map((deaths) => restartDelayMs(deaths, 0))).toEqual([0, 100, 200, 400]);
  expect(restartDelayMs(1000, 1)).toBe(30_000);
});

test('what dies is started again, later each time, and at once again when it has run for a minute', async () => {
  const clock = fakeClock();
  const part = fakePart();
  const supervised = supervise({ name: 'part', start: part.start, logger, clock, random: () => 0 });
  await settle();
  const delays: number[] = [];
  for (const ranMs of [0, 0, 0, 60_000, 0]) {
    await clock.advance(ranMs);
    part.lives.at(-1)?.die('SIGKILL');
    await settle();
    expect(supervised.pid).toBeUndefined();
    delays.push(clock.waiting[0] ?? 0);
    await clock.advance(clock.waiting[0] ?? 0);
    expect(supervised.pid).toBe(part.lives.length);
  }
  expect(delays).toEqual([0, 100, 200, 0, 100]);
  expect(supervised.restarts).toBe(5);
});

test('a start that fails counts as a death', async () => {
  const clock = fakeClock();
  let attempts = 0;
  const supervised = supervise({
    name: 'part',
    start: () => Promise.reject(new Error(`no luck ${++attempts}`)),
    logger,
    clock,
    random: () => 0,
  });
  await settle();
  expect(clock.waiting).toEqual([0]);
  await clock.advance(0);
  expect(attempts).toBe(2);
  expect(clock.waiting).toEqual([100]);
  await supervised.stop();
});

test('what was stopped stays stopped', async () => {
  const clock = fakeClock();
  const part = fakePart();
  const supervised = supervise({ name: 'part', start: part.start, logger, clock });
  await settle();
  await supervised.stop();
  expect(part.lives[0]?.stopped).toBe(true);
  expect(clock.waiting).toEqual([]);
});

test('stopping between a death and the next start calls that start off', async () => {
  const clock = fakeClock();
  const part = fakePart();
  const supervised = supervise({ name: 'part', start: part.start, logger, clock });
  await settle();
  part.lives[0]?.die('SIGKILL');
  await settle();
  await supervised.stop();
  await clock.advance(60_000);
  expect(part.lives).toHaveLength(1);
});

test('stopping while it starts waits for the start, and stops what was started', async () => {
  const part = fakePart();
  const supervised = supervise({ name: 'part', start: part.start, logger, clock: fakeClock() });
  await supervised.stop();
  expect(part.lives[0]?.stopped).toBe(true);
});
