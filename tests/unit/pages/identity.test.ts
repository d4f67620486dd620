import { expect, test } from 'vitest';
import { OURS } from '../../../src/pages/common/identity.ts';
import { createIdentity } from '../../../src/pages/identity.ts';
import { newsroomSchema } from '../../../src/newsroom/settings.ts';

const settingsOf = (name: string) => newsroomSchema.parse({ name: { ar: name }, approval: 'never' });

test('a crowd asks the store once a second; while it is away, what was read last counts', async () => {
  let nowMs = 0;
  let asked = 0;
  let answer: () => Promise<ReturnType<typeof settingsOf>> = () => Promise.reject(new Error('away'));
  const identity = createIdentity({
    now: () => nowMs,
    settings: {
      get: () => {
        asked += 1;
        return answer();
      },
    },
  });
  expect(await identity()).toEqual(OURS);
  answer = () => Promise.resolve(settingsOf('أخبار المدينة'));
  nowMs += 1000;
  const shown = await Promise.all(Array.from({ length: 100 }, identity));
  expect(new Set(shown.map(({ name }) => name['ar']))).toEqual(new Set(['أخبار المدينة']));
  expect(asked).toBe(2);
  answer = () => Promise.reject(new Error('away'));
  nowMs += 1000;
  expect((await identity()).name['ar']).toBe('أخبار المدينة');
});
