import { expect, test } from 'vitest';
import { createLogger } from '../../../../src/ops/logger.ts';
import { createMetrics } from '../../../../src/ops/metrics.ts';
import { createRemovalBrake } from '../../../../src/push/endpoint/removal-brake.ts';

const GONE = { type: 'gone', status: 410 } as const;
const ACCEPTED = { type: 'accepted', status: 201 } as const;
const RETRY = { type: 'retry', afterMs: 1000, reason: 'unavailable', attempted: true } as const;

function setUp() {
  const metrics = createMetrics('test');
  let time = 0;
  const brake = createRemovalBrake({
    metrics,
    logger: createLogger({ level: 'silent', role: 'test' }),
    now: () => time,
  });
  const note = (gone: number, accepted: number): number => {
    let removed = 0;
    for (let i = 0; i < gone + accepted; i++) {
      // Spread evenly, as they come from a real audience.
      const isGone =
        Math.floor(((i + 1) * gone) / (gone + accepted)) > Math.floor((i * gone) / (gone + accepted));
      brake.note('fcm', isGone ? GONE : ACCEPTED);
      if (isGone && brake.mayRemove('fcm')) removed++;
    }
    return removed;
  };
  return { brake, metrics, note, pass: (ms: number) => (time += ms) };
}

test('an ordinary share of gone subscriptions is removed', () => {
  const { note } = setUp();
  expect(note(1500, 8500)).toBe(1500);
});

test('a few answers decide nothing: a small site may lose them all', () => {
  const { note } = setUp();
  expect(note(30, 0)).toBe(30);
});

test('when all are gone at once, 40 are lost and the rest is kept', async () => {
  const { note, metrics } = setUp();
  expect(note(5000, 0)).toBe(40);
  const text = await metrics.metrics();
  expect(text).toMatch(/ajil_push_removal_brake_held\{provider="fcm".*\} 1/);
  expect(text).toMatch(/ajil_push_removals_held_back_total\{provider="fcm".*\} 4960/);
});

test('in the middle of a healthy run it reacts within the window', () => {
  const { note } = setUp();
  note(0, 10_000);
  expect(note(10_000, 0)).toBe(200);
});

test('one provider’s trouble leaves the others alone', () => {
  const { note, brake } = setUp();
  note(500, 0);
  expect(brake.mayRemove('fcm')).toBe(false);
  expect(brake.mayRemove('mozilla')).toBe(true);
});

test('it lets go when the share is usual again and ten minutes have passed, not before', () => {
  const { note, brake, pass } = setUp();
  note(500, 0);
  note(0, 5000);
  expect(brake.mayRemove('fcm')).toBe(false);
  pass(600_000);
  note(20, 180);
  expect(brake.mayRemove('fcm')).toBe(true);
});

test('it lets go only after 200 answers, even where what it held for is soon forgotten', () => {
  const { note, brake, pass } = setUp();
  // Of the 1,000 that are remembered, 190 are gone, all of them among the oldest.
  note(0, 800);
  note(190, 0);
  note(0, 790);
  expect(brake.mayRemove('fcm')).toBe(true);
  note(11, 0);
  expect(brake.mayRemove('fcm')).toBe(false);
  pass(600_000);
  note(0, 199);
  expect(brake.mayRemove('fcm')).toBe(false);
  note(0, 1);
  expect(brake.mayRemove('fcm')).toBe(true);
});

test('time alone does not release it', () => {
  const { note, brake, pass } = setUp();
  note(500, 0);
  pass(86_400_000);
  note(10, 10);
  expect(brake.mayRemove('fcm')).toBe(false);
});

test('answers that are not final say nothing', () => {
  const { brake, note } = setUp();
  note(40, 0);
  for (let i = 0; i < 10_000; i++) brake.note('fcm', RETRY);
  brake.note('fcm', GONE);
  expect(brake.mayRemove('fcm')).toBe(false);
});
