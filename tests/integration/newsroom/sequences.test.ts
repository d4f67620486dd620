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

type Move = Exclude<Action, 'finish'>;
const MOVES: readonly Move[] = [
  'edit',
  'submit',
  'approve',
  'reject',
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
const step = fc.record({
  move: fc.constantFrom(...MOVES),
  by: fc.nat({ max: EDITORS.length - 1 }),
  later: fc.boolean(),
});

/** Does one thing to the alert, as the API, the desk or the schedule would. @returns the code of the refusal, if there is one */
async function take(id: string, { move, by, later }: Step): Promise<string | undefined> {
  const who = EDITORS[by]!;
  const sendAt = later ? new Date(api.deps.now() + 3_600_000).toISOString() : null;
  const newest = await api.deps.alerts.read(id);
  const headline = `خبر ${Math.random()}`;
  try {
    if (move === 'edit') await api.newsroom.edit(id, { headline, sendAt }, who, newest?.revision ?? 0);
    else if (move === 'submit') await api.newsroom.submit(id, { sendAt }, who, { allowDuplicate: true });
    else if (move === 'approve' || move === 'reject') {
      await api.newsroom.review(id, { decision: move }, who, { allowDuplicate: true });
    } else if (move === 'cancel') await api.newsroom.cancel(id, who);
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

test('whatever editors do one after the other, the table decides, and the alert stays whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { id } = await newDraft();
      for (const one of steps) {
        const before = await api.deps.alerts.get(id);
        const shown = await api.deps.alerts.getPublic(id);
        // A change and an abort are of what readers have.
        const subject = ['update', 'correction', 'retraction', 'abort'].includes(one.move)
          ? (shown ?? before)
          : before;
        const refused = await take(id, one);
        if (one.move === 'release') continue;
        const expected = refusalOf(one.move, subject!, EDITORS[one.by]!);
        if (expected === undefined) expect([undefined, 'invalid-body']).toContain(refused);
        else expect(refused).toBe(expected);
      }
      await check(id);
    }),
    { numRuns: 60 },
  );
});

test('whatever editors do at the same time, no two of them both win, and the alert stays whole', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(step, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      async (rounds) => {
        const { id } = await newDraft();
        for (const together of rounds) {
          await Promise.all(together.map((one) => take(id, one)));
          await check(id);
        }
      },
    ),
    { numRuns: 60 },
  );
  expect(await api.deps.audit.verify()).toMatchObject({ type: 'intact' });
}, 60_000);
