import { expect, test } from 'vitest';
import { createThrottle } from '../../../../src/push/lane/throttle.ts';

function setUp() {
  let time = 0;
  const throttle = createThrottle(() => time);
  return {
    throttle,
    begin: (count: number, atOnce = 32) => {
      for (let i = 0; i < count; i++) throttle.begun(atOnce);
    },
    /** How many of so many refusals say that the service means everybody. */
    refuse: (count: number, startedAt = time): number => {
      let verdicts = 0;
      for (let i = 0; i < count; i++) if (throttle.refused(startedAt)) verdicts++;
      return verdicts;
    },
    pass: (ms: number) => (time += ms),
    now: () => time,
  };
}

test('refusals of more than a quarter mean the whole service; of a quarter they do not', () => {
  const { begin, refuse, pass } = setUp();
  begin(100);
  pass(10);
  expect(refuse(25)).toBe(0);
  expect(refuse(1)).toBe(1);
});

test('one refusal means one message, even if it is all that is known', () => {
  const { begin, refuse, pass } = setUp();
  begin(1);
  pass(10);
  expect(refuse(1)).toBe(0);
  begin(1);
  expect(refuse(1)).toBe(1);
});

test('after the service has been understood, messages in flight by then say nothing more', () => {
  const { begin, refuse, pass, now } = setUp();
  begin(32);
  const startedAt = now();
  pass(10);
  expect(refuse(32, startedAt)).toBe(1);
  pass(10);
  begin(16);
  expect(refuse(4)).toBe(0);
  expect(refuse(1)).toBe(1);
});

test('a long calm is no excuse for long, and old refusals are forgotten', () => {
  const { begin, refuse, pass } = setUp();
  begin(100_000);
  pass(10);
  expect(refuse(33)).toBe(1);
  begin(100);
  pass(10);
  expect(refuse(20)).toBe(0);
  begin(1000);
  expect(refuse(15)).toBe(0);
});

test('with many messages in flight, many must be refused', () => {
  const { begin, refuse, pass } = setUp();
  begin(10_000, 1000);
  pass(10);
  expect(refuse(250)).toBe(0);
  expect(refuse(1)).toBe(1);
});
