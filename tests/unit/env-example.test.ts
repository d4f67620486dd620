import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const example = parseEnv(read('../../.env.example')) as Record<string, string>;

test('.env.example shows every default', () => {
  expect(loadConfig(example)).toEqual(loadConfig({}));
});

test('.env.example names every variable, and none that is not there', () => {
  const known = [...read('../../src/config.ts').matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name);
  expect(known.length).toBeGreaterThan(10);
  expect(new Set(Object.keys(example))).toEqual(new Set(known));
});
