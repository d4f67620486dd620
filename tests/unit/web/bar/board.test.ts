import { expect, test } from 'vitest';
import type { Alert } from '../../../../src/alerts/schema.ts';
import { createBoard } from '../../../../src/web/bar/board.ts';

const NOW = Date.UTC(2026, 0, 1);
const SECOND = 1000;

function version(id: string, fields: Partial<Alert> = {}): Alert {
  const expiresAt = new Date(NOW + 60 * SECOND).toISOString();
  return { id, version: 1, change: 'new', expiresAt, ...fields } as Alert;
}

test('the newest alert that has not expired is shown, in its newest version', () => {
  const board = createBoard(() => false);
  board.take(version('b'));
  board.take(version('a', { version: 3 }));
  board.take(version('c', { expiresAt: new Date(NOW + 10 * SECOND).toISOString() }));
  expect(board.look(NOW).alert?.id).toBe('c');
  expect(board.nextChangeMs(NOW)).toBe(NOW + 10 * SECOND);
  expect([board.look(NOW + 10 * SECOND).alert?.id, board.reasonFor(version('c'), NOW + 10 * SECOND)]).toEqual(
    ['b', 'expired'],
  );
  board.take(version('b', { version: 2, change: 'update' }));
  board.take(version('b', { version: 1 }));
  expect(board.look(NOW + 10 * SECOND)).toMatchObject({ alert: { id: 'b', version: 2 }, isNews: true });
  expect(board.look(NOW + 11 * SECOND)).toMatchObject({ alert: { id: 'b', version: 2 }, isNews: false });
  expect(board.look(NOW + 60 * SECOND).alert).toBeUndefined();
});

test('a retraction stands for a moment, before all else, where the alert was shown, and nowhere else', () => {
  const board = createBoard(() => false);
  board.take(version('a'));
  expect(board.look(NOW).alert?.id).toBe('a');
  board.take(version('b'));
  expect(board.look(NOW).alert?.id).toBe('b');
  board.take(version('a', { version: 2, change: 'retraction' }));
  expect(board.look(NOW)).toMatchObject({ alert: { id: 'a', change: 'retraction' }, isNews: true });
  expect(board.nextChangeMs(NOW)).toBe(NOW + 20 * SECOND);
  expect([board.look(NOW + 20 * SECOND).alert?.id, board.reasonFor(version('a'), NOW + 20 * SECOND)]).toEqual(
    ['b', 'retracted'],
  );
  board.take(version('c', { version: 2, change: 'retraction' }));
  expect(board.look(NOW + 20 * SECOND).alert?.id).toBe('b');
});

test('closing takes what is behind with it; a reset forgets what is not current', () => {
  const dismissed = new Set<string>();
  const board = createBoard((id) => dismissed.has(id));
  board.take(version('a'));
  board.take(version('b'));
  expect(board.current(NOW)).toEqual(['b', 'a']);
  for (const id of board.current(NOW)) dismissed.add(id);
  expect([board.look(NOW).alert, board.reasonFor(version('b'), NOW)]).toEqual([undefined, 'dismissed']);
  board.take(version('c'));
  expect(board.look(NOW).alert?.id).toBe('c');
  board.reset([version('d')]);
  expect([board.look(NOW).alert?.id, board.current(NOW)]).toEqual(['d', ['d']]);
});

test('what a reset forgets has expired when its time was over, and else was retracted', () => {
  const board = createBoard(() => false);
  board.take(version('a'));
  board.reset([]);
  expect(board.reasonFor(version('a'), NOW)).toBe('retracted');
  expect(board.reasonFor(version('a'), NOW + 60 * SECOND)).toBe('expired');
});

test('what it remembers has a bound: the oldest are forgotten', () => {
  const board = createBoard(() => false);
  for (let number = 100; number < 200; number++) board.take(version(`${number}`));
  expect([board.current(NOW).length, board.look(NOW).alert?.id]).toEqual([50, '199']);
});

test('a silent version changes the text and is no news, unless the version before it was never shown', () => {
  const silent = { change: 'update', silent: true } as const;
  const inPlaceOf = (n: number) => ({ version: n, change: 'new', note: null }) as const;
  const board = createBoard(() => false);
  board.take(version('a'));
  board.look(NOW);
  board.take(version('a', { version: 2, ...silent, inPlaceOf: inPlaceOf(1) }));
  expect(board.look(NOW)).toMatchObject({ alert: { version: 2 }, isNews: false });
  // The correction before it was missed while the page was away.
  board.take(version('a', { version: 4, ...silent, inPlaceOf: inPlaceOf(3) }));
  expect(board.look(NOW)).toMatchObject({ alert: { version: 4 }, isNews: true });
  board.take(version('b', { version: 2, ...silent, inPlaceOf: inPlaceOf(1) }));
  expect(board.look(NOW)).toMatchObject({ alert: { id: 'b' }, isNews: true });
});
