import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from 'vitest';
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
    ['true', true],
    ['0', 0],
    ['1', 1],
    ['10.0.0.0/8', ['10.0.0.0/8']],
    ['127.0.0.1, fd00::/8', ['127.0.0.1', 'fd00::/8']],
    ['loopback,10.1.2.3', ['loopback', '10.1.2.3']],
    ['10.0.0.0/255.0.0.0', ['10.0.0.0/255.0.0.0']],
  ] as const)('takes %j as %j', ([text, trusted]) =>
    expect(loadConfig({ TRUST_PROXY: text }).trustProxy).toEqual(trusted),
  );
  test.for(['foo', '-1', '10.0.0.0/99', '10.0.0.0/0', '10.0.0.1,', '1,proxy.example'])('refuses %s', (text) =>
    expect(faultsOf({ TRUST_PROXY: text })).toContain('TRUST_PROXY: must be'),
  );
});

describe('PUBLIC_URL', () => {
  test.for([
    ['https://alerts.example', 'https://alerts.example'],
    ['https://alerts.example/', 'https://alerts.example'],
    ['http://localhost:3000/', 'http://localhost:3000'],
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
});
