import { beforeEach, expect, test } from 'vitest';
import { createPace, type Pace } from '../../../../src/push/lane/pace.ts';

const MINUTE = 60_000;
let now: number;
let rates: (number | undefined)[];
let pace: Pace;
beforeEach(() => {
  now = 5_000_000;
  rates = [];
  pace = createPace(
    () => now,
    (perMinute) => rates.push(perMinute),
  );
});

function accept(count: number): void {
  for (let i = 0; i < count; i++) pace.accepted();
}
/** As Chrome's service does it: so many in a minute, then 429. */
function refuseEachMinute(taken: number, minutes: number): void {
  for (let i = 0; i < minutes; i++) {
    accept(taken);
    pace.refused();
    now += MINUTE;
  }
}
/** Starts messages as fast as it may for so long. @returns how many */
function start(ms: number): number {
  let started = 0;
  for (const end = now + ms; now < end; now += 10) {
    while (pace.waitMs() === 0 && started < 1_000_000) {
      pace.begun();
      started += 1;
      if (pace.perMinute === undefined) break;
    }
  }
  return started;
}

test('a refusal, or refusals within a minute, teach no rate: the service may be busy for a moment', () => {
  for (let second = 0; second < 59; second += 1) {
    accept(100);
    pace.refused();
    now += 1000;
  }
  expect(pace.perMinute).toBeUndefined();
  expect(pace.waitMs()).toBe(0);
  expect(pace.within(2000)).toBe(Infinity);
});

test('a service that refuses for a minute takes so many a minute as it took, and is given a little less', () => {
  refuseEachMinute(1000, 2);
  expect(rates).toEqual([950]);
  const started = start(10 * MINUTE - 2 * MINUTE);
  expect(started).toBeGreaterThan(950 * 8 - 5);
  expect(started).toBeLessThan(950 * 8 + 5);
  expect(pace.within(2000)).toBe(32);
});

test('a minute in which nothing was accepted teaches no rate', () => {
  refuseEachMinute(0, 5);
  expect(pace.perMinute).toBeUndefined();
});

test('refusals an hour apart do not belong together', () => {
  for (let hour = 0; hour < 5; hour += 1) {
    accept(1000);
    pace.refused();
    now += 60 * MINUTE;
  }
  expect(pace.perMinute).toBeUndefined();
});

test('the rate follows the service down, and not to nothing after a pause that it asked for', () => {
  refuseEachMinute(1000, 2);
  accept(400);
  pace.refused();
  expect(pace.perMinute).toBe(475);
  now += 5 * MINUTE;
  pace.refused();
  expect(pace.perMinute).toBe(237);
});

test('twice as much is tried from time to time, less often while it is refused', () => {
  refuseEachMinute(1000, 2);
  const tries: number[] = [];
  for (let minute = 0; minute < 180; minute += 1) {
    start(MINUTE);
    accept(Math.min(1000, pace.perMinute ?? 0));
    if ((pace.perMinute ?? 0) <= 1000) continue;
    expect(pace.perMinute).toBe(1900);
    tries.push(minute);
    pace.refused();
    expect(pace.perMinute).toBe(950);
  }
  const gaps = tries.map((minute, index) => minute - (tries[index - 1] ?? 0));
  expect(gaps).toEqual([9, 21, 41, 61]);
});

test('a service that refuses nothing any more is soon given everything', () => {
  refuseEachMinute(1000, 2);
  start(26 * MINUTE);
  expect(pace.perMinute).toBeUndefined();
  expect(rates.at(-1)).toBeUndefined();
  expect(pace.waitMs()).toBe(0);
  // A later refusal begins anew.
  pace.refused();
  expect(pace.perMinute).toBeUndefined();
});
