import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusalOf, type Action } from '../../../src/alerts/life-cycle.ts';
import { isPublic, type AlertStatus, type EditorAlert } from '../../../src/alerts/schema.ts';
import type { Editor, Role } from '../../../src/editors/schema.ts';
import { startTestApi, type TestApi } from '../../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ config: { requireApproval: true } });
});
afterAll(() => api.close());

const editor = (id: string, role: Role): Editor => ({ id, name: id, role, createdAt: '', revokedAt: null });
const EDITORS: readonly Editor[] = [
  editor('noura', 'author'),
  editor('sami', 'author'),
  editor('huda', 'approver'),
  editor('adel', 'admin'),
];

const HOUR_MS = 3_600_000;

type Move = Exclude<Action, 'finish'>;
const MOVES: readonly Move[] = [
  'edit',
  'submit',
  'approve',
  'reject',
  'withdraw',
  'cancel',
  'release',
  'abort',
  'update',
  'correction',
  'retraction',
];
interface Step {
  readonly move: Move;
  readonly by: number;
  /** Whether a submission or an edit names a time to come. */
  readonly later: boolean;
}
/** A step as it is drawn: mostly one that the table allows then, or else sequences would seldom get beyond a draft. */
interface Drawn extends Step {
  readonly allowed: number;
  readonly wild: boolean;
}
const step = fc.record({
  move: fc.constantFrom(...MOVES),
  by: fc.nat({ max: EDITORS.length - 1 }),
  later: fc.boolean(),
  allowed: fc.nat(),
  wild: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});

/** What a move is about: a change or an abort of what readers have, all else of the newest version. */
async function subjectOf(id: string, move: Move): Promise<EditorAlert> {
  const ofReaders = ['update', 'correction', 'retraction', 'abort'].includes(move);
  const shown = ofReaders ? await api.deps.alerts.getPublic(id) : undefined;
  return shown ?? (await api.deps.alerts.get(id))!;
}

async function choose(id: string, { allowed, wild, ...drawn }: Drawn): Promise<Step> {
  if (wild) return drawn;
  const open: Step[] = [];
  for (const move of MOVES) {
    const subject = await subjectOf(id, move);
    EDITORS.forEach((who, by) => {
      const isOpen = refusalOf(move, subject, move === 'release' ? 'system' : who) === undefined;
      if (isOpen) open.push({ move, by, later: drawn.later });
    });
  }
  return open[allowed % Math.max(1, open.length)] ?? drawn;
}

/** Does one thing to the alert, as the API, the desk or the schedule would. @returns the code of the refusal, if there is one */
async function take(id: string, { move, by, later }: Step): Promise<string | undefined> {
  const who = EDITORS[by]!;
  const sendAt = later ? new Date(api.deps.now() + HOUR_MS).toISOString() : null;
  const newest = await api.deps.alerts.read(id);
  const headline = `خبر ${Math.random()}`;
  try {
    if (move === 'edit') await api.newsroom.edit(id, { headline, sendAt }, who, newest?.revision ?? 0);
    else if (move === 'submit') await api.newsroom.submit(id, { sendAt, allowDuplicate: true }, who);
    else if (move === 'approve' || move === 'reject') {
      await api.newsroom.review(id, { decision: move, allowDuplicate: true }, who);
    } else if (move === 'withdraw') await api.newsroom.withdraw(id, who);
    else if (move === 'cancel') await api.newsroom.cancel(id, who);
    else if (move === 'abort') await api.newsroom.abort(id, who);
    else if (move === 'release') await api.newsroom.release(id);
    else await api.newsroom.addVersion(id, { change: move, headline }, who);
    return undefined;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined) throw error;
    return code;
  }
}

async function newDraft(): Promise<EditorAlert> {
  const input = {
    headline: `خبر ${Math.random()}`,
    lang: 'ar',
    topics: ['world'],
    urgency: 'urgent' as const,
  };
  const created = await api.newsroom.create({ ...input, draft: true, allowDuplicate: true }, EDITORS[0]!);
  if (created.type !== 'created') throw new Error(created.type);
  return created.alert;
}

/** What must be true of an alert whatever was done to it. */
async function check(id: string): Promise<void> {
  const versions = await api.deps.alerts.versions(id);
  const statuses = versions.map(({ status }) => status);
  const live = statuses.filter((status) => status === 'sending' || status === 'sent');
  expect(live.length).toBeLessThanOrEqual(1);
  // Readers have the newest public version, and its text.
  const shown = await api.deps.alerts.getPublic(id);
  const newest = versions.findLast(({ status }) => isPublic(status));
  expect(shown).toEqual(newest);
  // Nothing that was sent goes before something that waits in time: what waits is the newest version, or none.
  const waiting: readonly AlertStatus[] = ['draft', 'awaiting-approval', 'scheduled'];
  for (const status of statuses.slice(0, -1)) expect(waiting).not.toContain(status);
  // What was never published has no public status, and the other way round.
  for (const { status, publishedAt } of versions) expect(isPublic(status)).toBe(publishedAt !== null);
  // The schedule names what is scheduled, and nothing else.
  const due = await api.deps.alerts.due(Number.MAX_SAFE_INTEGER, 10_000);
  const named = due.filter((one) => one.id === id).map(({ version }) => version);
  expect(named).toEqual(statuses.at(-1) === 'scheduled' ? [versions.length] : []);
  // Whoever wrote a version did not approve it without a reason.
  for (const { approvedBy, review, createdBy, author } of versions) {
    if (approvedBy === null) continue;
    expect(review?.bypass ?? (approvedBy !== createdBy && approvedBy !== author)).toBeTruthy();
  }
}

/** What each entry of the audit log leads to from where, when every alert needs a second person. */
const STEPS_OF_THE_LOG: Readonly<Record<string, Partial<Record<AlertStatus, readonly AlertStatus[]>>>> = {
  'alert.edit': {
    draft: ['draft'],
    'awaiting-approval': ['awaiting-approval'],
    scheduled: ['awaiting-approval', 'draft'],
  },
  'alert.submit': { draft: ['awaiting-approval'], scheduled: ['scheduled', 'sending'] },
  'alert.approve': { 'awaiting-approval': ['scheduled', 'sending'] },
  'alert.reject': { 'awaiting-approval': ['draft'] },
  'alert.withdraw-approval': { scheduled: ['awaiting-approval'] },
  'alert.cancel': { draft: ['cancelled'], 'awaiting-approval': ['cancelled'], scheduled: ['cancelled'] },
  'alert.release': { scheduled: ['sending'] },
  'alert.expire': { scheduled: ['cancelled'] },
};

/**
 * Reads in the audit log what was done to an alert, one by one: each step must be possible after the step before it. Two
 * that both won would be two steps of which the second was not possible any more.
 */
async function checkLog(id: string): Promise<void> {
  const log = await api.deps.redis.xrange('{ajil}:audit', '-', '+');
  const entries = log
    .map(
      ([, fields]) =>
        JSON.parse(fields[fields.indexOf('entry') + 1] ?? '') as { action: string; target: string },
    )
    .filter(({ target }) => target.split(':')[0] === id);
  let may: readonly AlertStatus[] = ['draft'];
  let version = 1;
  for (const { action, target } of entries) {
    const steps = STEPS_OF_THE_LOG[action];
    if (steps !== undefined) {
      expect(Number(target.split(':')[1] ?? 1)).toBe(version);
      may = may.flatMap((status) => steps[status] ?? []);
    } else if (['alert.update', 'alert.correction'].includes(action)) {
      version += 1;
      may = ['awaiting-approval'];
    } else if (action === 'alert.retraction') {
      version += 1;
      may = ['retracted'];
    }
    expect({ action, may }).not.toEqual({ action, may: [] });
  }
}

test('whatever editors do one after the other, the table decides, and the alert stays whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { id } = await newDraft();
      for (const drawn of steps) {
        const one = await choose(id, drawn);
        if (one.move === 'release') api.advance(HOUR_MS + 1);
        const subject = await subjectOf(id, one.move);
        const refused = await take(id, one);
        await check(id);
        if (one.move === 'release') continue;
        const expected = refusalOf(one.move, subject, EDITORS[one.by]!);
        if (expected === undefined) expect([undefined, 'invalid-body']).toContain(refused);
        else expect(refused).toBe(expected);
      }
    }),
    { numRuns: 60 },
  );
});

test('whatever editors do at the same time, no two of them both win, and the alert stays whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 2, maxLength: 5 }), { minLength: 3, maxLength: 8 }),
      async (rounds) => {
        const { id } = await newDraft();
        for (const together of rounds) {
          const steps = await Promise.all(together.map((drawn) => choose(id, drawn)));
          // What is scheduled falls due while the others are at it.
          if (steps.some(({ move }) => move === 'release')) api.advance(HOUR_MS + 1);
          await Promise.all(steps.map((one) => take(id, one)));
          await check(id);
          await checkLog(id);
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(await api.deps.audit.verify()).toMatchObject({ type: 'intact' });
}, 60_000);
