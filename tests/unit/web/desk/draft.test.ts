import { expect, test } from 'vitest';
import {
  draftPlace,
  draftsOf,
  eraseDrafts,
  newDraft,
  openDraftStore,
} from '../../../../src/web/desk/writing/draft.ts';

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
  const begun = newDraft(2, { headline: 'قمة' });
  expect(begun.key).toMatch(/^[0-9a-f]{32}$/);
  expect(newDraft(2).key).not.toBe(begun.key);
  const draft = { ...begun, attempt: { body: { headline: 'قمة' }, at: 0 } };
  open().save(draft);
  expect(open().load()).toEqual(draft);
  open().clear();
  expect(open().load()).toBeUndefined();
});

test('a draft does not change hands', () => {
  const storage = aShelf();
  const of = (editor: string) => openDraftStore(`${editor}:new`, { storage, now: () => 0 });
  of('one').save(newDraft(0, { headline: 'سر' }));
  expect(of('two').load()).toBeUndefined();
});

test('an attempt older than the API remembers keys is let go, with its key; the text stays', () => {
  const storage = aShelf();
  let now = 0;
  const store = openDraftStore('editor:new', { storage, now: () => now });
  const draft = { ...newDraft(2, { headline: 'قمة' }), attempt: { body: {}, at: 0 } };
  store.save(draft);
  now = 22 * HOUR_MS;
  expect(store.load()).toEqual(draft);
  now = 24 * HOUR_MS;
  const again = store.load();
  expect(again).toEqual({ key: again?.key, fields: draft.fields, base: 2 });
  expect(again?.key).not.toBe(draft.key);
});

test('what is kept but cannot be read, and a browser that keeps nothing, do not stop the writing', () => {
  const storage = aShelf();
  storage.kept.set(draftPlace('editor:new'), '{"key":');
  const store = openDraftStore('editor:new', { storage, now: () => 0 });
  expect(store.load()).toBeUndefined();
  const refusing = {
    ...storage,
    setItem: () => {
      throw new DOMException('no room', 'QuotaExceededError');
    },
  };
  expect(() => openDraftStore('e', { storage: refusing, now: () => 0 }).save(newDraft(0))).not.toThrow();
});

test('a draft that was kept before drafts knew their version counts as written on an older one', () => {
  const storage = aShelf();
  storage.kept.set(draftPlace('editor:id:correction'), '{"key":"k","fields":{"headline":"قمة"}}');
  const store = openDraftStore('editor:id:correction', { storage, now: () => 0 });
  expect(store.load()).toEqual({ key: 'k', fields: { headline: 'قمة' }, base: 0 });
});

test('signing out finds and erases an editor’s own drafts with a text, and no others', () => {
  const shelf = aShelf();
  const storage = {
    ...shelf,
    get length() {
      return shelf.kept.size;
    },
    key: (index: number) => [...shelf.kept.keys()][index] ?? null,
  };
  const open = (name: string) => openDraftStore(name, { storage, now: () => 0 });
  open('one:new').save(newDraft(0, { headline: 'سرّي' }));
  open('one:abc:correction').save(newDraft(1, { note: 'سرّي' }));
  open('one:def:update').save(newDraft(1, { urgency: 'flash' }));
  open('two:new').save(newDraft(0, { headline: 'سرّ آخر' }));
  expect(draftsOf('one', storage)).toEqual(['ajil-draft:one:new', 'ajil-draft:one:abc:correction']);
  eraseDrafts('one', storage);
  expect(draftsOf('one', storage)).toEqual([]);
  expect(draftsOf('two', storage)).toHaveLength(1);
  expect(draftsOf('one', undefined)).toEqual([]);
});
