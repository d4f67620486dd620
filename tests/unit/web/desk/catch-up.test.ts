import { expect, test } from 'vitest';
import { caughtUp, changedFields, opened } from '../../../../src/web/desk/writing/catch-up.ts';
import { emptyFields, newDraft, type Fields } from '../../../../src/web/desk/writing/draft.ts';

/** What the alert says in its second version. */
const NOW: Fields = { ...emptyFields('ar'), headline: 'مقتل ثلاثة', body: 'في الشمال', topics: ['world'] };

test('only what the editor changed is a change: not what was typed and taken back', () => {
  const typed = { headline: 'مقتل ثلاثة', note: 'صُحح', topics: ['world', 'sport'], lifeMinutes: 60 };
  expect(changedFields(typed, NOW)).toEqual({ note: 'صُحح', topics: ['world', 'sport'] });
});

test('a draft on an older version catches up, and what a colleague changed to the same is no change any more', () => {
  const draft = newDraft(1, { headline: 'مقتل ثلاثة', body: 'في الشرق' });
  expect(caughtUp(draft, NOW, 2)).toEqual({ key: draft.key, fields: { body: 'في الشرق' }, base: 2 });
  expect(caughtUp({ ...draft, base: 2 }, NOW, 2)).toBeUndefined();
});

test('an attempt stands as it was sent', () => {
  const draft = { ...newDraft(1, { body: 'في الشرق' }), attempt: { body: {}, at: 0 } };
  expect(caughtUp(draft, NOW, 2)).toBeUndefined();
});

test('a kept draft is opened on a version that both it and this page know; an untouched one on the newest', () => {
  expect(opened(newDraft(1, { note: 'صُحح' }), 2).base).toBe(1);
  expect(opened(newDraft(3, { note: 'صُحح' }), 2).base).toBe(2);
  expect(opened(newDraft(1), 2).base).toBe(2);
});
