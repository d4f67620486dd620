import { expect, test } from 'vitest';
import { offersOf } from '../../../../src/web/reader/fewer/offers.ts';
import { patched, type Preferences } from '../../../../src/web/subscription/preferences.ts';

const TOPICS = ['world', 'sport'].map((id) => ({ id, names: {}, default: true }));
const BEFORE: Preferences = { topics: ['world', 'sport'], urgency: 'normal' };
const ZONE = 'Asia/Riyadh';

test.each(['quiet', 'flash', 'world'])('one tap on %s, and another takes it back', (name) => {
  const find = (choice: Preferences) =>
    offersOf(choice, BEFORE, TOPICS, ZONE).find(({ type, topic }) => (topic?.id ?? type) === name);
  const offer = find(BEFORE);
  expect(offer?.inForce).toBe(false);
  const after = patched(BEFORE, offer?.patch ?? {});
  expect(after).not.toEqual(BEFORE);
  const again = find(after);
  expect(again?.inForce).toBe(true);
  const back = patched(after, again?.patch ?? {});
  expect({ ...back, topics: [...back.topics].sort() }).toEqual({
    ...BEFORE,
    topics: [...BEFORE.topics].sort(),
  });
});

test('the last topic is not offered, nor one that the reader never followed', () => {
  const types = (choice: Preferences) =>
    offersOf(choice, choice, TOPICS, ZONE).map(({ type, topic }) => topic?.id ?? type);
  expect(types({ topics: ['world'], urgency: 'flash' })).toEqual(['quiet', 'flash']);
  expect(types({ topics: ['world', 'health'], urgency: 'flash' })).toEqual(['quiet', 'flash', 'world']);
});
