import { describe, expect, test } from 'vitest';
import type { PushData, Shown } from '../../../src/web/service-worker/push-message.ts';
import { placed, type Standing } from '../../../src/web/service-worker/placed.ts';

const STORY = 'story';
const dataOf = (id: string, version: number, at: number, fields: Partial<PushData> = {}): PushData => ({
  id,
  version,
  at,
  change: version === 1 ? 'new' : 'correction',
  urgency: 'urgent',
  receipt: 'r',
  navigate: '',
  story: STORY,
  ...fields,
});
const message = (data: PushData): Shown => ({
  title: data.id,
  options: { lang: 'ar', dir: 'rtl', icon: '', badge: '', tag: STORY, renotify: false, data },
});
const standing = (data: PushData, tag = STORY): Standing => ({ tag, data });

describe('of a story', () => {
  test('a newer alert takes the place of the one before, and is noticed unless it is quiet', () => {
    const before = [standing(dataOf('a', 2, 20))];
    const { message: shown, closes } = placed(message(dataOf('b', 1, 30)), before);
    expect([shown.options.tag, shown.options.renotify, closes]).toEqual([STORY, true, []]);
    const quiet = placed(message(dataOf('b', 1, 30, { urgency: 'normal' })), before);
    expect(quiet.message.options.renotify).toBe(false);
  });

  test('a correction of an older alert stands beside the newer one', () => {
    const { message: shown, newer } = placed(message(dataOf('a', 2, 40)), [standing(dataOf('b', 1, 30))]);
    expect([shown.options.tag, newer]).toEqual(['a', undefined]);
  });

  test('an alert that comes late stands beside the newer one', () => {
    expect(placed(message(dataOf('a', 1, 10)), [standing(dataOf('b', 1, 30))]).message.options.tag).toBe('a');
  });

  test('a correction takes the place of what it corrects, wherever that stands', () => {
    const own = placed(message(dataOf('a', 2, 40)), [standing(dataOf('a', 1, 10))]);
    expect([own.message.options.tag, own.closes]).toEqual([STORY, []]);
    const beside = standing(dataOf('a', 2, 40), 'a');
    const still = placed(message(dataOf('a', 3, 50)), [standing(dataOf('b', 1, 30)), beside]);
    expect([still.message.options.tag, still.closes]).toEqual(['a', []]);
    const alone = placed(message(dataOf('a', 3, 50)), [beside]);
    expect([alone.message.options.tag, alone.closes]).toEqual([STORY, [beside]]);
  });

  test('a version that comes after a newer one of its alert replaces nothing', () => {
    const newer = standing(dataOf('a', 3, 50), 'a');
    const late = placed(message(dataOf('a', 2, 40)), [standing(dataOf('b', 1, 30)), newer]);
    expect([late.newer, late.closes]).toEqual([newer, []]);
  });
});

test('a higher version of another alert does not keep a newer alert from the screen', () => {
  const { newer, message: shown } = placed(message(dataOf('b', 1, 60)), [standing(dataOf('a', 7, 50))]);
  expect([newer, shown.options.tag]).toEqual([undefined, STORY]);
});
