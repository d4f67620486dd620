import { expect, test } from 'vitest';
import { createCountdown } from '../../../src/delivery/sending/countdown.ts';

test('it is over when every answer is taken, and what belongs to it is done', async () => {
  const answers = createCountdown<string>();
  const taken: string[] = [];
  const failures: unknown[] = [];
  const failed = (error: unknown): void => void failures.push(error);
  let finishMore: () => void = () => undefined;
  const more = new Promise<void>((resolve) => (finishMore = resolve));
  const take = (answer: string): Promise<void> | undefined => {
    taken.push(answer);
    if (answer === 'throws') throw new Error(answer);
    if (answer === 'rejects') return Promise.reject(new Error(answer));
    return answer === 'more' ? more : undefined;
  };
  for (const answer of ['plain', 'throws', 'rejects', 'more']) {
    answers.await(Promise.resolve(answer), take, failed);
  }
  answers.await(Promise.reject(new Error('lost')), take, failed);
  let isOver = false;
  const over = answers.over().then(() => (isOver = true));
  await new Promise(setImmediate);
  expect(taken).toEqual(['plain', 'throws', 'rejects', 'more']);
  expect(failures.map(String).sort((a, b) => a.localeCompare(b))).toEqual([
    'Error: lost',
    'Error: rejects',
    'Error: throws',
  ]);
  expect(isOver).toBe(false);
  finishMore();
  await over;
  expect(isOver).toBe(true);
});

test('nothing is awaited, so it is over at once', async () => {
  await expect(createCountdown().over()).resolves.toBeUndefined();
});
