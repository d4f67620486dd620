import { expect, test } from 'vitest';
import type { Report } from '../../../../src/delivery/report/schema.ts';
import { reachedGoal } from '../../../../src/web/desk/report/goal.ts';

const reported = (status: Report['status'], pending: number, p90Ms: number | null): Report =>
  ({ status, outcomes: { pending }, timing: { p90Ms } }) as Report;

test.each([
  ['in time', reported('sent', 0, 120_000), true],
  ['late', reported('sent', 0, 120_001), false],
  ['replaced after it was finished', reported('superseded', 0, 900), true],
  ['replaced before', reported('superseded', 3, 900), undefined],
  ['still being sent', reported('sending', 0, 900), undefined],
  ['stopped', reported('aborted', 0, 900), undefined],
  ['sent to nobody', reported('sent', 0, null), undefined],
])('a version that was %s', (_what, report, isReached) => {
  expect(reachedGoal(report)).toBe(isReached);
});
