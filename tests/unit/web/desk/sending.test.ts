import { expect, test } from 'vitest';
import type { ProblemDetails } from '../../../../src/web/desk/answers.ts';
import { judge } from '../../../../src/web/desk/writing/sending.ts';

const problem = (code: string): ProblemDetails => ({ code, status: 400, title: '', detail: '', errors: [] });

test('no answer leaves it open whether the alert was sent', () => {
  expect(judge({ type: 'silent' }, false)).toEqual({ type: 'unknown' });
  const away = problem('unavailable');
  expect(judge({ type: 'silent', problem: away }, true)).toEqual({ type: 'unknown', problem: away });
});

test('a refusal of the first try means that nothing was sent', () => {
  for (const code of ['invalid-body', 'duplicate-alert', 'unauthenticated', 'too-many-requests']) {
    const refused = { type: 'refused', problem: problem(code) } as const;
    expect(judge(refused, false)).toBe(refused);
  }
});

test('a refusal of who asks, at a later try, says nothing of the first; one of what is asked does', () => {
  for (const code of ['unauthenticated', 'csrf-refused', 'forbidden', 'too-many-requests']) {
    expect(judge({ type: 'refused', problem: problem(code) }, true).type).toBe('unknown');
  }
  for (const code of ['invalid-body', 'duplicate-alert', 'version-conflict', 'idempotency-conflict']) {
    expect(judge({ type: 'refused', problem: problem(code) }, true).type).toBe('refused');
  }
});
