import { Redis } from 'ioredis';
import { runRole } from '../../src/ops/run-role.ts';

// Run as a process of its own: a role that does not wait for a command that Redis refuses.

runRole('server', async (config) => {
  const redis = new Redis(config.redisUrl ?? '');
  await redis.set('text', 'x');
  void redis.hset('text', 'a-reader', 'a-secret-of-theirs');
});
