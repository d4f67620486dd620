import { describe, expect, test } from 'vitest';
import { ACTIONS, LIFE_CYCLE, refusalOf, type Action, type Actor } from '../../../src/alerts/life-cycle.ts';
import { STATUSES, type AlertStatus } from '../../../src/alerts/schema.ts';

const ACTORS: Readonly<Record<string, Actor>> = {
  'the author': { id: 'noura', role: 'author' },
  'another author': { id: 'sami', role: 'author' },
  'an approver': { id: 'huda', role: 'approver' },
  'an approver, of an own alert': { id: 'noura', role: 'approver' },
  'an admin': { id: 'adel', role: 'admin' },
  'the system': 'system',
};

/** Each action: from where it leads on, and who may do it there. Written out, so that a change of the table shows here. */
const MAY: readonly (readonly [Action, readonly AlertStatus[], readonly string[]])[] = [
  [
    'edit',
    ['draft', 'awaiting-approval', 'scheduled'],
    ['the author', 'an approver', 'an approver, of an own alert', 'an admin', 'the system'],
  ],
  [
    'submit',
    ['draft', 'scheduled'],
    ['the author', 'an approver', 'an approver, of an own alert', 'an admin', 'the system'],
  ],
  ['approve', ['awaiting-approval'], ['an approver', 'an admin', 'the system']],
  [
    'reject',
    ['awaiting-approval'],
    ['an approver', 'an approver, of an own alert', 'an admin', 'the system'],
  ],
  ['withdraw', ['scheduled'], ['an approver', 'an approver, of an own alert', 'an admin', 'the system']],
  [
    'cancel',
    ['draft', 'awaiting-approval', 'scheduled'],
    ['the author', 'an approver', 'an approver, of an own alert', 'an admin', 'the system'],
  ],
  ['release', ['scheduled'], ['the system']],
  [
    'abort',
    ['sending'],
    ['the author', 'an approver', 'an approver, of an own alert', 'an admin', 'the system'],
  ],
  ['update', ['sending', 'sent', 'aborted'], Object.keys(ACTORS)],
  ['correction', ['sending', 'sent', 'aborted'], Object.keys(ACTORS)],
  [
    'retraction',
    ['sending', 'sent', 'aborted'],
    ['the author', 'an approver', 'an approver, of an own alert', 'an admin', 'the system'],
  ],
  ['finish', ['sending'], ['the system']],
];

test('every action is in the table', () => {
  expect(MAY.map(([action]) => action)).toEqual([...ACTIONS]);
});

describe.for(MAY)('%s', ([action, from, who]) => {
  test.for(Object.entries(ACTORS))('by %s', ([name, actor]) => {
    for (const status of STATUSES) {
      const expected = !who.includes(name)
        ? expect.stringMatching(/^(forbidden|own-approval)$/)
        : from.includes(status)
          ? undefined
          : 'wrong-status';
      expect(refusalOf(action, { status, author: 'noura', createdBy: 'noura' }, actor)).toEqual(expected);
    }
  });
});

test('an approver who wrote the alert hears that a second person is needed', () => {
  const alert = { status: 'awaiting-approval', author: 'noura', createdBy: 'noura' } as const;
  expect(refusalOf('approve', alert, { id: 'noura', role: 'approver' })).toBe('own-approval');
  expect(refusalOf('approve', alert, { id: 'noura', role: 'author' })).toBe('forbidden');
});

test('of an alert that an approver edited, neither they nor its author are the second person', () => {
  const edited = { status: 'awaiting-approval', author: 'noura', createdBy: 'huda' } as const;
  expect(refusalOf('approve', edited, { id: 'huda', role: 'approver' })).toBe('own-approval');
  expect(refusalOf('approve', edited, { id: 'noura', role: 'approver' })).toBe('own-approval');
  expect(refusalOf('approve', edited, { id: 'adel', role: 'admin' })).toBeUndefined();
});

test('an end stays an end: nothing leads out of cancelled, superseded and retracted', () => {
  for (const { from } of Object.values(LIFE_CYCLE)) {
    expect(from).not.toContain('cancelled');
    expect(from).not.toContain('superseded');
    expect(from).not.toContain('retracted');
  }
});
