import { expect, vi } from 'vitest';
import { createKeyings } from '../../../src/audience/keyings.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { openEncryptor } from '../../../src/push/encryption/encryptor.ts';
import { closeRedis, connectRedis } from '../../../src/redis/connect.ts';
import { isComplete } from '../../support/api-client.ts';
import { test as base } from '../../support/line.ts';

const logger = createLogger({ level: 'silent', role: 'test' });
const test = base.extend({ workerProcesses: 2 });
const READERS = 300;

test('two workers arm everybody, each reads the next alert and the one after it', async ({
  service,
  stack,
  crowd,
  skip,
}) => {
  if (openEncryptor({ logger }).arm === undefined) skip('no C compiler or no headers on this machine');
  const redis = connectRedis(stack.redis.url, 'worker', logger);
  const keyings = createKeyings({ redis });
  const endpoints = (await crowd(READERS)).map(({ endpoint }) => endpoint);
  try {
    for (const round of [1, 2]) {
      await vi.waitFor(async () => expect(await keyings.armed()).toBe(READERS), {
        timeout: 20_000,
        interval: 50,
      });
      const { id } = await stack.api.createAlert({ headline: `عاجل: الجولة ${round}` });
      await stack.api.waitForReport(id, isComplete, 20_000);
      const received = await Promise.all(endpoints.map((endpoint) => service.received(endpoint)));
      const titles = received.map((messages) => JSON.parse(messages.at(-1)!.payload).notification.title);
      expect(new Set(titles)).toEqual(new Set([`عاجل: الجولة ${round}`]));
      expect(received.every((messages) => messages.length === round)).toBe(true);
    }
    const { body } = await stack.api.call('/metrics');
    const made = [...String(body).matchAll(/^ajil_keyings_made_total\S* (\d+)$/gm)];
    expect(made.reduce((sum, [, count]) => sum + Number(count), 0)).toBe(2 * READERS);
  } finally {
    await closeRedis(redis);
  }
});
