import { expect, test } from 'vitest';
import { admit } from '../../../../src/delivery/sending/admit.ts';
import { preferencesPatchSchema } from '../../../../src/audience/schema.ts';
import { patchOf, type Control } from '../../../../src/web/reader/choices/patch-of.ts';
import { areQuiet, hasTravelled, timesOfDay } from '../../../../src/web/reader/choices/quiet-hours.ts';
import { patched, type Preferences } from '../../../../src/web/subscription/preferences.ts';

const TOPICS = [
  { id: 'world', names: {}, default: true },
  { id: 'sport', names: {}, default: false },
];
const CHOICE: Preferences = { topics: ['world'], urgency: 'urgent', lang: 'ar' };
const NOON = Date.parse('2026-11-29T12:00:00Z');

function use(
  control: Control,
  values: readonly (readonly [string, string])[],
  choice: Preferences = CHOICE,
  timeZone = 'Asia/Riyadh',
): Preferences {
  const data = new FormData();
  for (const [name, value] of values) data.append(name, value);
  const patch = patchOf(control, data, choice, { topics: TOPICS, timeZone });
  expect(preferencesPatchSchema.safeParse(patch)).toMatchObject({ success: true });
  return patched(choice, patch);
}

test('a control changes its own choice and no other', () => {
  expect(use('urgency', [['urgency', 'flash']])).toEqual({ ...CHOICE, urgency: 'flash' });
  expect(use('lang', [['lang', '']])).toEqual({ topics: ['world'], urgency: 'urgent' });
  expect(use('lang', [['lang', 'en']])).toEqual({ ...CHOICE, lang: 'en' });
});

test('a topic that the newsroom deleted stays chosen', () => {
  const before = { ...CHOICE, topics: ['world', 'health'] };
  expect(use('topic', [['topic', 'sport']], before).topics).toEqual(['sport', 'health']);
});

test('a quiet night is by the device’s clock, holds what is urgent, and lets a flash through until told otherwise', () => {
  const quiet = use('quiet', [['quiet', 'on']]);
  expect(quiet.quietHours).toEqual({ start: '23:00', end: '07:00', timeZone: 'Asia/Riyadh', flash: true });
  const night = Date.parse('2026-11-29T22:00:00Z'); // 01:00 in Riyadh
  const urgent = { urgency: 'urgent', change: 'new' } as const;
  const flash = { urgency: 'flash', change: 'new' } as const;
  expect(admit(quiet, urgent, false, night).type).toBe('hold');
  expect(admit(quiet, flash, false, night).type).toBe('send');
  const times = [
    ['quiet', 'on'],
    ['quiet-start', '22:30'],
    ['quiet-end', '06:00'],
  ] as const;
  const silent = use('quiet-flash', times, quiet);
  expect(silent.quietHours).toMatchObject({ start: '22:30', end: '06:00', flash: false });
  expect(admit(silent, flash, false, night).type).toBe('hold');
  expect(use('quiet', [], silent)).not.toHaveProperty('quietHours');
});

test('a daily limit counts by the reader’s own day, without quiet hours too, and both end apart', () => {
  const capped = use('cap', [['cap', '3']]);
  expect(capped.dailyCap).toBe(3);
  expect(areQuiet(capped.quietHours)).toBe(false);
  const late = Date.parse('2026-11-29T22:00:00Z');
  const urgent = { urgency: 'urgent', change: 'new' } as const;
  expect(admit(capped, urgent, false, late)).toEqual({ type: 'count', cap: 3, date: '2026-11-30' });
  const both = use('quiet', [['quiet', 'on']], capped);
  expect(areQuiet(both.quietHours)).toBe(true);
  expect(use('cap', [['cap', '']], both)).toEqual(use('quiet', [['quiet', 'on']]));
  expect(use('quiet', [], both)).toEqual(capped);
  expect(use('cap', [['cap', '']], capped)).toEqual(CHOICE);
});

test('a reader has travelled when their clock shows another time, whatever the zone is called', () => {
  const quiet = use('quiet', [['quiet', 'on']]);
  expect(hasTravelled(quiet, 'Asia/Kuwait', NOON)).toBe(false);
  expect(hasTravelled(quiet, 'Europe/Berlin', NOON)).toBe(true);
  expect(hasTravelled(CHOICE, 'Europe/Berlin', NOON)).toBe(false);
});

test('times are every half hour, and the one that another page chose', () => {
  expect(timesOfDay('23:00')).toHaveLength(48);
  expect(timesOfDay('22:47')).toContain('22:47');
});
