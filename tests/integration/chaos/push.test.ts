import { expect, test } from 'vitest';
import { runPushChaos } from '../../chaos/push-chaos.ts';

test('with three push services in trouble and processes killed, nobody is left out and the counts agree', async () => {
  const entries = await runPushChaos({
    subscriptions: 1000,
    rounds: 1,
    seed: 7,
    kills: 2,
    onRound: () => undefined,
  });
  expect(entries.flatMap((entry) => entry.faults)).toEqual([]);
  expect(entries).toHaveLength(1);
}, 180_000);
