import { expect, test } from 'vitest';
import { clusterNodes, sentinelsOf } from '../../../src/redis/cluster-url.ts';

test('the nodes of a cluster are read, with a login and TLS where they are told', () => {
  expect(clusterNodes('redis-cluster://a:7000,b,[::1]:7002')).toEqual({
    nodes: [
      { host: 'a', port: 7000 },
      { host: 'b', port: 6379 },
      { host: '::1', port: 7002 },
    ],
    login: {},
  });
  expect(clusterNodes('rediss-cluster://ajil:p%40ss@a:1')).toEqual({
    nodes: [{ host: 'a', port: 1 }],
    login: { username: 'ajil', password: 'p@ss', tls: {} },
  });
  expect(clusterNodes('redis-cluster://ajil:pa:ss:@a:1')?.login).toEqual({
    username: 'ajil',
    password: 'pa:ss:',
  });
  expect(clusterNodes('redis-cluster://ajil@a:1')?.login).toEqual({ username: 'ajil' });
  expect(clusterNodes('redis-cluster://:pass@a:1')?.login).toEqual({ password: 'pass' });
});

test('other URLs are no cluster, and a node must be host and port', () => {
  expect(clusterNodes('redis://a:1')).toBeUndefined();
  expect(clusterNodes('/run/redis.sock')).toBeUndefined();
  expect(() => clusterNodes('redis-cluster://a:1,')).toThrow('host:port');
  expect(() => clusterNodes('redis-cluster://a:1/0')).toThrow('a:1/0');
});

test('the sentinels of a master are read, with its name, its login, and TLS where it is told', () => {
  expect(sentinelsOf('redis-sentinel://a:7000,b/news')).toEqual({
    nodes: [
      { host: 'a', port: 7000 },
      { host: 'b', port: 26_379 },
    ],
    login: {},
    name: 'news',
  });
  expect(sentinelsOf('rediss-sentinel://ajil:p%40ss@a:1/news')).toEqual({
    nodes: [{ host: 'a', port: 1 }],
    login: { username: 'ajil', password: 'p@ss', tls: {} },
    name: 'news',
  });
  expect(sentinelsOf('redis-cluster://a:1')).toBeUndefined();
  expect(() => sentinelsOf('redis-sentinel://a:1')).toThrow('/name');
});
