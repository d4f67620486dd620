import { expect, test } from 'vitest';
import { draftPlace, emptyFields, openDraftStore } from '../../../../src/web/desk/draft.ts';

const HOUR_MS = 60 * 60_000;

function aShelf() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (place: string) => kept.get(place) ?? null,
    setItem: (place: string, text: string) => void kept.set(place, text),
    removeItem: (place: string) => void kept.delete(place),
  };
}

test('a draft keeps its key, its text and its attempt across reloads, and each has a key of its own', () => {
  const storage = aShelf();
  const open = () => openDraftStore('editor:new', { storage, now: () => HOUR_MS });
  const begun = open().load(emptyFields('ar'));
  expect(begun.key).toMatch(/^[0-9a-f]{32}$/);
  const draft = {
    ...begun,
    fields: { ...begun.fields, headline: 'قمة' },
    attempt: { body: { headline: 'قمة' }, at: 0 },
  };
  open().save(draft);
  expect(open().load(emptyFields('ar'))).toEqual(draft);
  open().clear();
  expect(open().load(emptyFields('ar')).key).not.toBe(draft.key);
});

test('a draft does not change hands', () => {
  const storage = aShelf();
  const of = (editor: string) => openDraftStore(`${editor}:new`, { storage, now: () => 0 });
  of('one').save(of('one').load({ ...emptyFields('ar'), headline: 'سر' }));
  expect(of('two').load(emptyFields('ar')).fields.headline).toBe('');
});

test('an attempt older than the API remembers keys is let go, with its key; the text stays', () => {
  const storage = aShelf();
  let now = 0;
  const store = openDraftStore('editor:new', { storage, now: () => now });
  const draft = { ...store.load({ ...emptyFields('ar'), headline: 'قمة' }), attempt: { body: {}, at: 0 } };
  store.save(draft);
  now = 22 * HOUR_MS;
  expect(store.load(emptyFields('ar'))).toEqual(draft);
  now = 24 * HOUR_MS;
  const again = store.load(emptyFields('ar'));
  expect([again.fields.headline, again.attempt, again.key === draft.key]).toEqual(['قمة', undefined, false]);
});

test('what is kept but cannot be read, and a browser that keeps nothing, do not stop the writing', () => {
  const storage = aShelf();
  storage.kept.set(draftPlace('editor:new'), '{"key":');
  const store = openDraftStore('editor:new', { storage, now: () => 0 });
  expect(store.load(emptyFields('en')).fields.lang).toBe('en');
  const refusing = {
    ...storage,
    setItem: () => {
      throw new DOMException('no room', 'QuotaExceededError');
    },
  };
  const draft = store.load(emptyFields('ar'));
  expect(() => openDraftStore('e', { storage: refusing, now: () => 0 }).save(draft)).not.toThrow();
});
