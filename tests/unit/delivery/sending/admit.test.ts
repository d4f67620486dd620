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
});

test('a daily cap counts what is urgent or normal; a flash is not counted, nor is what takes back a text that the reader has', () => {
  const counted = { type: 'count', cap: 3, date: '2026-06-01' };
  expect(admit({ dailyCap: 3 }, URGENT, false, MIDNIGHT)).toEqual(counted);
  expect(admit({ dailyCap: 3 }, { ...URGENT, urgency: 'normal' }, false, MIDNIGHT)).toEqual(counted);
  expect(admit({ dailyCap: 3 }, { ...URGENT, urgency: 'flash' }, false, MIDNIGHT)).toEqual({ type: 'send' });
  const correction = { urgency: 'urgent', change: 'correction' } as const;
  expect(admit({ dailyCap: 3 }, correction, true, MIDNIGHT)).toEqual({ type: 'send' });
  expect(admit({ dailyCap: 3 }, correction, false, MIDNIGHT)).toEqual(counted);
  expect(admit({ dailyCap: 3, quietHours: NIGHT }, URGENT, false, MIDNIGHT)).toEqual(HELD);
});

/** The day of a cap is the reader's own, also where the clocks change, and where midnight does not exist (Beirut, 2026-03-29). */
test.for([
  ['Asia/Riyadh', '2026-06-01T20:59:00Z', '2026-06-01T21:00:00Z'],
  ['America/New_York', '2026-03-08T04:59:00Z', '2026-03-08T05:00:00Z'],
  ['America/New_York', '2026-11-02T04:59:00Z', '2026-11-02T05:00:00Z'],
  ['Asia/Beirut', '2026-03-28T21:59:00Z', '2026-03-28T22:00:00Z'],
  ['Australia/Lord_Howe', '2026-10-03T13:29:00Z', '2026-10-03T13:30:00Z'],
] as const)('in %s a day ends at %s', ([timeZone, before, after]) => {
  const none = { start: '08:00', end: '08:00', timeZone };
  const dateAt = (time: string) => admit({ dailyCap: 1, quietHours: none }, URGENT, false, at(time));
  const [last, next] = [dateAt(before), dateAt(after)];
  expect([last.type, next.type]).toEqual(['count', 'count']);
  expect(next).not.toEqual(last);
  const local = (time: string) => new Date(time).toLocaleDateString('sv-SE', { timeZone });
  expect(last).toMatchObject({ date: local(before) });
  expect(next).toMatchObject({ date: local(after) });
});
