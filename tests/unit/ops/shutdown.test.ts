import { expect, test } from 'vitest';
import { createLogger } from '../../../src/ops/logger.ts';
import { createShutdown } from '../../../src/ops/shutdown.ts';

const logger = createLogger({ level: 'silent', role: 'test' });

test('parts are closed in reverse, once, whatever one of them says', async () => {
  const closed: string[] = [];
  const shutdown = createShutdown(logger);
  shutdown.add('first', () => void closed.push('first'));
  shutdown.add('broken', () => Promise.reject(new Error('broken')));
  shutdown.add('last', async () => void closed.push('last'), 1000);
  await Promise.all([shutdown.run('test'), shutdown.run('again')]);
  expect(closed).toEqual(['last', 'first']);
});

test('a part that hangs does not keep the others from closing', async () => {
  const closed: string[] = [];
  const shutdown = createShutdown(logger);
  shutdown.add('what must be written down', () => void closed.push('written'));
  shutdown.add('hangs', () => new Promise(() => undefined), 20);
  await shutdown.run('test');
  expect(closed).toEqual(['written']);
});
