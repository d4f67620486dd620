import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
import webPush from 'web-push';
import { ConfigError, loadConfig } from '../../src/config.ts';

const NAMES = Object.keys(parseEnv(readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')));

function faultsOf(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

test.for(NAMES)('an empty %s is one that is not set', (name) => {
  expect(loadConfig({ [name]: '' })).toEqual(loadConfig({}));
  expect(loadConfig({ [name]: ' ' })).toEqual(loadConfig({}));
});

test('every fault is named at once', () => {
  const faults = faultsOf({ PORT: 'x', TRUST_PROXY: 'foo', VAPID_PUBLIC_KEY: 'alone', LOG_LEVEL: 'loud' });
  expect(faults).toMatch(/^The configuration has 4 fault\(s\):\n/);
  for (const name of ['PORT', 'TRUST_PROXY', 'VAPID_PUBLIC_KEY', 'LOG_LEVEL']) {
    expect(faults).toContain(`\n  ${name}`);
  }
});

describe('TRUST_PROXY', () => {
  test.for([
    ['', false],
    ['false', false],
    ['0', 0],
    ['1', 1],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['127.0.0.1, fd00::/8', ['127.0.0.1', 'fd00::/8']],
    ['loopback,10.1.2.3', ['loopback', '10.1.2.3']],
    ['10.0.0.0/255.0.0.0', ['10.0.0.0/255.0.0.0']],
  ] as const)('takes %j as %j', ([text, trusted]) =>
    expect(loadConfig({ TRUST_PROXY: text }).trustProxy).toEqual(trusted),
  );
  test.for(['true', 'foo', '-1', '10.0.0.0/99', '10.0.0.0/0', '10.0.0.1,', '1,proxy.example'])(
    'refuses %s',
    (text) => expect(faultsOf({ TRUST_PROXY: text })).toContain('TRUST_PROXY: must'),
  );
});

describe('PUBLIC_URL', () => {
  test.for([
    ['https://alerts.example', 'https://alerts.example'],
    ['https://alerts.example/', 'https://alerts.example'],
    ['http://localhost:3000/', 'http://localhost:3000'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://Alerts.Example:443', 'https://alerts.example'],
  ])('takes %s as %s', ([text = '', origin]) =>
    expect(loadConfig({ PUBLIC_URL: text }).publicUrl).toBe(origin),
  );
  test.for([
    'https://alerts.example/ajil',
    'https://alerts.example//',
    'https://alerts.example?a=b',
    'https://alerts.example/?',
    'https://alerts.example#top',
    'https://user:word@alerts.example',
    'ftp://alerts.example',
    'https:alerts.example',
    'alerts.example',
  ])('refuses %s', (text) =>
    expect(faultsOf({ PUBLIC_URL: text })).toContain('PUBLIC_URL: must be an origin'),
  );
  test('refuses http where a network is between', () =>
    expect(faultsOf({ PUBLIC_URL: 'http://alerts.example' })).toContain('PUBLIC_URL: must be https'));
});

describe('ALLOWED_ORIGINS', () => {
  test.for([
    ['https://news.example/', 'https://news.example'],
    ['HTTPS://News.Example:443', 'https://news.example'],
    ['https://خبر.example', 'https://xn--mgba4e.example'],
    ['http://news.example:8080', 'http://news.example:8080'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['chrome-extension://abcdefghijklmnop', 'chrome-extension://abcdefghijklmnop'],
  ])('takes %s as %s', ([text = '', origin]) => {
    const [taken] = loadConfig({ ALLOWED_ORIGINS: text }).allowedOrigins;
    expect(taken).toBe(text.includes('خ') ? new URL(text).origin : origin);
  });
  test.for([
    ['https://*.news.example', 'wildcards are not supported'],
    ['*', 'wildcards are not supported'],
    ['news.example', 'must have a scheme'],
    ['null', 'must have a scheme'],
    ['https://news.example/a', 'must be an origin, without a path'],
    ['https://user@news.example', 'must be an origin, without a path'],
    ['https://news.example?', 'must be an origin, without a path'],
    ['file:///tmp', 'must be an origin'],
  ])('refuses %s', ([text = '', reason]) =>
    expect(faultsOf({ ALLOWED_ORIGINS: `https://a.example, ${text}` })).toContain(`${text}: ${reason}`),
  );
  test('push services are https, and listed one by one', () => {
    expect(faultsOf({ PUSH_ALLOWED_ORIGINS: 'http://10.0.0.5:8080' })).toContain('must be https');
    expect(faultsOf({ PUSH_ALLOWED_ORIGINS: 'https://*.push.example' })).toContain('wildcards');
  });
});

describe('REDIS_URL', () => {
  test.for([
    'redis://localhost',
    'redis://localhost:6379/3',
    'rediss://user:p%40%3A%2F%3F%25@redis.example:6380',
    'unix:///run/redis.sock',
    '/run/redis.sock',
    'redis-cluster://a:7000,b',
    'rediss-cluster://ajil:p%40ss@a:1',
    'redis-sentinel://a:26379,b/news',
    'rediss-sentinel://ajil:p%40ss@a:1/news',
  ])('takes %s', (text) => expect(loadConfig({ REDIS_URL: text }).redisUrl).toBe(text));
  test.for([
    'redis://:pa#ss@redis.example',
    'redis://:pa%ss@redis.example',
    'redis://redis.example/name',
    'redis://',
    'redis-cluster://:pa%ss@a:1',
    'redis-cluster://a:b:c',
    'redis-cluster://',
    'redis-sentinel://a:1',
    'redis-sentinel://a:1/',
    'redis-sentinel://:pa%ss@a:1/news',
    'localhost:6379',
  ])('refuses %s, and does not repeat the password', (text) => {
    const faults = faultsOf({ REDIS_URL: text, LOG_LEVEL: 'loud' });
    expect(faults).toContain('  REDIS_URL: ');
    expect(faults).toContain('  LOG_LEVEL: ');
    expect(faults).not.toMatch(/pa[#%]ss/);
  });
});

describe('VAPID keys', () => {
  const pair = webPush.generateVAPIDKeys();
  const standard = (text: string): string => Buffer.from(text, 'base64url').toString('base64');
  test('are taken in both alphabets of base64', () => {
    for (const as of [(text: string) => text, standard]) {
      const env = { VAPID_PUBLIC_KEY: as(pair.publicKey), VAPID_PRIVATE_KEY: as(pair.privateKey) };
      expect(faultsOf(env)).toBe('');
    }
  });
  test('that are none, or of two pairs, are named with the other faults', () => {
    const other = webPush.generateVAPIDKeys();
    for (const VAPID_PRIVATE_KEY of ['x', other.privateKey]) {
      const faults = faultsOf({ VAPID_PUBLIC_KEY: pair.publicKey, VAPID_PRIVATE_KEY, LOG_LEVEL: 'loud' });
      expect(faults).toMatch(/2 fault\(s\)[^]*LOG_LEVEL[^]*VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY: the p/);
    }
  });
});

test.for([
  'https://[news.example',
  'https://news.example:99999',
  'https://%',
  'https://localhost:3000/',
  'https://desk@LOCALHOST',
])(
  'VAPID_SUBJECT=%s is refused: no token could be signed with it, or Apple would refuse the token',
  (VAPID_SUBJECT) => {
    expect(faultsOf({ VAPID_SUBJECT })).toMatch(/1 fault\(s\):\n  VAPID_SUBJECT: must/);
  },
);

test('ECE_KEYLOG=1 is refused: the encryption library would print the keys of every message', () => {
  expect(faultsOf({ ECE_KEYLOG: '1' })).toMatch(/1 fault\(s\):\n  ECE_KEYLOG: must not be 1: [^\n]+$/);
  for (const ECE_KEYLOG of ['', '0', 'true']) expect(faultsOf({ ECE_KEYLOG })).toBe('');
});

describe('ADMIN_KEY', () => {
  test('random ones are taken', () => {
    for (let i = 0; i < 500; i++) {
      for (const key of [
        randomBytes(24).toString('base64'),
        randomBytes(32).toString('base64url'),
        randomBytes(16).toString('hex'),
        randomBytes(32).toString('hex'),
        `ajil_${randomBytes(32).toString('base64url')}`,
      ]) {
        expect(faultsOf({ ADMIN_KEY: key })).toBe('');
      }
    }
  });
  test.for([
    'short',
    'a'.repeat(22),
    '1234567890123456789012',
    'abcdefghijklmnopqrstuvwxyz',
    'Abcdefghijklmnopqrstuvwxyz1',
    'passwordpasswordpassword',
    'Password-2026-Password-2026',
    'qwertyuiopasdfghjklzxcvbnm',
    'the-admin-key-of-our-desk-2026',
    'aB3aB3aB3aB3aB3aB3aB3aB3aB3',
    'correct-horse-battery-staple',
  ])('refuses %s', (key) => expect(faultsOf({ ADMIN_KEY: key })).toContain('ADMIN_KEY: '));
});

describe('BIND', () => {
  test.for([
    [{}, undefined],
    [{ TRUST_PROXY: '1' }, '127.0.0.1'],
    [{ TRUST_PROXY: 'loopback' }, '127.0.0.1'],
    [{ TRUST_PROXY: '10.0.0.0/8' }, undefined],
    [{ TRUST_PROXY: '1', BIND: '0.0.0.0' }, '0.0.0.0'],
    [{ BIND: '::1' }, '::1'],
  ] as const)('%j listens on %j', ([env, bind]) => expect(loadConfig(env).bind).toBe(bind));
  test('refuses a name', () =>
    expect(faultsOf({ BIND: 'localhost' })).toContain('BIND: must be an IP address'));
});
