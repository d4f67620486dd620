import { expect, test } from 'vitest';
import type { Alert } from '../../../src/alerts/schema.ts';
import { isBreaking } from '../../../src/pages/common/front-page-data.ts';
import { EMPTY_BOOK, refresh, take, type AlertBook } from '../../../src/web/reader/alert-book.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

function alert(id: string, fields: Partial<Alert> = {}): Alert {
  return {
    id,
    version: 1,
    change: 'new',
    note: null,
    headline: id,
    body: null,
    url: null,
    image: null,
    imageAlt: null,
    imageCaption: null,
    imageCredit: null,
    lang: 'ar',
    dir: 'rtl',
    topics: ['world'],
    urgency: 'urgent',
    status: 'sent',
    createdAt: '2026-11-24T07:30:00Z',
    publishedAt: '2026-11-24T07:30:00Z',
    expiresAt: '2026-11-24T08:30:00Z',
    sendAt: null,
    story: null,
    ...fields,
  };
}
const shown = (book: AlertBook): string[] => book.alerts.map(({ id, version }) => `${id}:${version}`);

test('the newest alert comes first, and a late older version replaces nothing', () => {
  let book = take(EMPTY_BOOK, [alert('a', { version: 2 }), alert('c'), alert('b')]);
  book = take(book, [alert('a')]);
  expect(shown(book)).toEqual(['c:1', 'b:1', 'a:2']);
});

test('only what is loud, not retracted and not stale is breaking', () => {
  const is = (fields: Partial<Alert>): boolean => isBreaking(alert('a', fields), NOW);
  expect([is({}), is({ urgency: 'flash' }), is({ change: 'correction' })]).toEqual([true, true, true]);
  expect([is({ change: 'retraction' }), is({ urgency: 'normal' })]).toEqual([false, false]);
  expect(is({ expiresAt: '2026-11-24T08:00:00Z' })).toBe(false);
});

test('a refreshed list says what happened to the alerts in it, and keeps what came meanwhile', () => {
  const before = take(EMPTY_BOOK, [alert('a'), alert('b'), alert('c')]);
  const live = take(before, [alert('e')]);
  const list = [alert('c', { version: 2, change: 'retraction' }), alert('b')];
  const after = refresh(live, list, true);
  // `a` is older than the page that was asked for: nothing is known of it now.
  expect(shown(after)).toEqual(['e:1', 'c:2', 'b:1']);
  expect(shown(refresh(live, list, false))).toEqual(['e:1', 'c:2', 'b:1', 'a:1']);
});
