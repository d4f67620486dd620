import { expect, test } from 'vitest';
import { admit } from '../../../../src/delivery/sending/admit.ts';

const NIGHT = { start: '22:00', end: '07:00', timeZone: 'Asia/Riyadh' };
const at = (time: string): number => Date.parse(time);
const URGENT = { urgency: 'urgent', change: 'new' } as const;
const HELD = { type: 'hold', reason: 'quiet' };

/** In Riyadh it is three hours later than in UTC, the whole year. */
test.for([
  ['before the night', '2026-06-01T18:59:59Z', { type: 'send' }],
  ['at its first minute', '2026-06-01T19:00:00Z', HELD],
  ['after midnight', '2026-06-01T22:30:00Z', HELD],
  ['in its last minute', '2026-06-02T03:59:59Z', HELD],
  ['in the morning', '2026-06-02T04:00:00Z', { type: 'send' }],
] as const)('%s', ([, time, expected]) => {
  expect(admit({ quietHours: NIGHT }, URGENT, false, at(time))).toEqual(expected);
});

test('hours by day are as they are written, and hours that end when they start are none', () => {
  const siesta = { start: '13:00', end: '15:30', timeZone: 'Europe/Madrid' };
  expect(admit({ quietHours: siesta }, URGENT, false, at('2026-01-10T12:00:00Z'))).toEqual(HELD);
  expect(admit({ quietHours: siesta }, URGENT, false, at('2026-01-10T14:30:00Z'))).toEqual({ type: 'send' });
  const none = { start: '08:00', end: '08:00', timeZone: 'UTC' };
  expect(admit({ quietHours: none }, URGENT, false, at('2026-01-10T08:00:00Z'))).toEqual({ type: 'send' });
});

/** Summer time in New York began on 2026-03-08 at 02:00 (then 03:00), and ends on 2026-11-01 at 02:00 (then 01:00). */
test.for([
  ['the morning before the change', '2026-03-07T11:59:00Z', HELD],
  ['seven in winter', '2026-03-07T12:00:00Z', { type: 'send' }],
  ['the morning of the shorter night', '2026-03-08T10:59:00Z', HELD],
  ['seven in summer', '2026-03-08T11:00:00Z', { type: 'send' }],
  ['half past one, for the first time', '2026-11-01T05:30:00Z', HELD],
  ['half past one, for the second time', '2026-11-01T06:30:00Z', HELD],
  ['seven in winter again', '2026-11-01T12:00:00Z', { type: 'send' }],
] as const)('across the change of the clocks: %s', ([, time, expected]) => {
  const quietHours = { ...NIGHT, timeZone: 'America/New_York' };
  expect(admit({ quietHours }, URGENT, false, at(time))).toEqual(expected);
});

const MIDNIGHT = at('2026-06-01T22:00:00Z');

test('a flash wakes the reader, unless even that is not wanted', () => {
  const flash = { urgency: 'flash', change: 'new' } as const;
  expect(admit({ quietHours: NIGHT }, flash, false, MIDNIGHT)).toEqual({ type: 'send' });
  expect(admit({ quietHours: { ...NIGHT, flash: true } }, flash, false, MIDNIGHT)).toEqual({ type: 'send' });
  expect(admit({ quietHours: { ...NIGHT, flash: false } }, flash, false, MIDNIGHT)).toEqual(HELD);
});

test.for(['correction', 'retraction'] as const)(
  'a %s reaches a reader who has the wrong text at night too',
  (change) => {
    const version = { urgency: 'urgent', change } as const;
    expect(admit({ quietHours: NIGHT }, version, true, MIDNIGHT)).toEqual({ type: 'send' });
    expect(admit({ quietHours: NIGHT }, version, false, MIDNIGHT)).toEqual(HELD);
    const update = { urgency: 'urgent', change: 'update' } as const;
    expect(admit({ quietHours: NIGHT }, update, true, MIDNIGHT)).toEqual(HELD);
  },
);

test('a reader without rules gets everything', () => {
  expect(admit(undefined, URGENT, false, MIDNIGHT)).toEqual({ type: 'send' });
  expect(admit({ dailyCap: 3 }, URGENT, false, MIDNIGHT)).toEqual({ type: 'send' });
});
