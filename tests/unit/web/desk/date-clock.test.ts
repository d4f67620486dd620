import { expect, test } from 'vitest';
import { createDateClock } from '../../../../src/web/desk/date-clock.ts';

test('the clock nears the server’s with each answer, and slow ones do not set it back', () => {
  let local = 0;
  const clock = createDateClock(
    () => local,
    () => 5,
  );
  expect(clock.now()).toBe(5);
  clock.heard(null);
  expect(clock.now()).toBe(5);
  // The server's clock shows 10.9 s while ours begins.
  const answer = (serverMs: number): void =>
    clock.heard(new Date(Math.floor(serverMs / 1000) * 1000).toUTCString());
  answer(10_900);
  expect(clock.now()).toBe(10_000);
  local = 150;
  answer(11_050);
  expect(clock.now()).toBe(11_000);
  local = 5000;
  answer(13_000); // it was two seconds under way
  expect(clock.now()).toBe(15_850);
});
