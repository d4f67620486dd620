import { expect, test } from 'vitest';
import { isOldRedis, judgeRedis, refuseUnfit, type RedisAnswers } from '../../../src/redis/requirements.ts';

const GOOD: RedisAnswers = {
  version: '7.2.4',
  role: 'master',
  maxmemoryPolicy: 'noeviction',
  appendOnly: true,
  appendFsync: 'always',
  replicas: 0,
  minReplicas: 0,
};

test('the Redis that we ask for is taken without a word', () => {
  expect(judgeRedis(GOOD)).toEqual({ unfit: [], faults: [], warnings: [] });
});

test.each([
  ['5.0.14', true],
  ['6.0.16', true],
  ['6.2.0', false],
  ['6.2', false],
  ['7.0.15', false],
  ['10.0.1', false],
])('%s is too old: %s', (version, old) => expect(isOldRedis(version)).toBe(old));

test('a version below 6.2 and a policy that evicts are refused in one sentence', () => {
  const fitness = judgeRedis({ ...GOOD, version: '6.0.16', maxmemoryPolicy: 'allkeys-lru' });
  expect(() => refuseUnfit(fitness)).toThrow(/6\.2 or later is needed; this is 6\.0\.16.*allkeys-lru/);
});

test('a replica is a fault while it lasts', () => {
  expect(judgeRedis({ ...GOOD, role: 'slave' })).toMatchObject({
    unfit: [],
    faults: [expect.stringContaining('replica')],
  });
});

test('no append-only file, and one that is synced later, are warned of', () => {
  expect(judgeRedis({ ...GOOD, appendOnly: false, appendFsync: 'everysec' }).warnings).toEqual([
    expect.stringContaining('appendonly is no'),
  ]);
  expect(judgeRedis({ ...GOOD, appendFsync: 'everysec' }).warnings).toEqual([
    expect.stringContaining('appendfsync is everysec'),
  ]);
});

test('where a failover may come, a master that takes writes without replicas is warned of', () => {
  const lone = expect.stringContaining('min-replicas-to-write is 0');
  expect(judgeRedis({ ...GOOD, replicas: 1 }).warnings).toEqual([lone]);
  expect(judgeRedis({ ...GOOD, replicas: 1, minReplicas: 1 }).warnings).toEqual([]);
  expect(judgeRedis(GOOD, 'replicated').warnings).toEqual([
    expect.stringContaining('no replica is connected'),
    lone,
  ]);
  expect(judgeRedis({ ...GOOD, replicas: 1, minReplicas: undefined }).warnings).toEqual([
    'Ajil may not read min-replicas-to-write: check the values yourself',
  ]);
});

test('what may not be asked is said', () => {
  const nothing = {
    version: undefined,
    role: undefined,
    maxmemoryPolicy: undefined,
    appendOnly: undefined,
    appendFsync: undefined,
    replicas: undefined,
    minReplicas: undefined,
  };
  expect(judgeRedis(nothing).warnings).toEqual([
    'Ajil may not read version, role, maxmemory-policy, appendonly: check the values yourself',
  ]);
  expect(judgeRedis({ ...GOOD, appendFsync: undefined }).warnings).toEqual([
    'Ajil may not read appendfsync: check the values yourself',
  ]);
});
