import { expect, test } from 'vitest';
import { keyOf } from '../../../../src/web/desk/keyboard/keys.ts';
import { addressOf, apiQueryOf, searchOf } from '../../../../src/web/desk/lists/search.ts';
import { routeOf } from '../../../../src/web/desk/route.ts';

const ID = 'a'.repeat(26);

test.each([
  ['', { page: 'new' }],
  ['#/', { page: 'new' }],
  ['#/nonsense', { page: 'new' }],
  [`#/${ID}`, { page: 'alert', id: ID, writing: undefined }],
  [`#/${ID}/edit`, { page: 'alert', id: ID, writing: 'edit' }],
  [`#/${ID}/delete`, { page: 'new' }],
  ['#/history', { page: 'history', query: '' }],
  ['#/history?q=a', { page: 'history', query: 'q=a' }],
  ['#/admin/audit', { page: 'admin', of: 'audit' }],
  ['#/admin/secrets', { page: 'new' }],
])('the address %s names a page', (hash, route) => {
  expect(routeOf(hash)).toEqual(route);
});

test('a search stands in the address, and comes back out of it; what is not known is left out', () => {
  const search = searchOf('q=زلزال %26 نار&status=sent&from=2026-11-01&createdBy=e1&x=1');
  const again = searchOf(addressOf(search).replace('#/history?', ''));
  expect(again).toEqual(search);
  expect(addressOf(searchOf('status=unheard&q='))).toBe('#/history');
});

test('the API is asked for whole days, the last one included', () => {
  const query = new URLSearchParams(apiQueryOf(searchOf('from=2026-11-01&to=2026-11-02')));
  expect(Date.parse(query.get('to') ?? '') - Date.parse(query.get('from') ?? '')).toBe(2 * 86_400_000 - 1);
  expect(apiQueryOf(searchOf('from=soon&to=soon'))).toBe('');
});

test('a key is known on an Arabic layout too, and never with Ctrl', () => {
  const press = (key: string, code: string, ctrlKey = false) =>
    keyOf({ key, code, ctrlKey, altKey: false, metaKey: false });
  expect(press('n', 'KeyN')).toBe('N');
  expect(press('ى', 'KeyN')).toBe('N');
  expect(press('؟', 'Slash')).toBe('?');
  expect(press('q', 'KeyA')).toBe('Q');
  expect(press('٢', 'Digit2')).toBe('2');
  expect(press('n', 'KeyN', true)).toBeUndefined();
  expect(press('Enter', 'Enter')).toBeUndefined();
});
