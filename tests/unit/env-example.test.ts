import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const example = parseEnv(read('../../.env.example')) as Record<string, string>;

test('.env.example shows every default', () => {
  expect(loadConfig(example)).toEqual(loadConfig({}));
});

/** What docker-compose.yml reads, with its defaults. */
const compose = Object.fromEntries(
  [...read('../../docker-compose.yml').matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name, text]) => [
    name,
    text,
  ]),
);

const known = [...read('../../src/config.ts').matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name ?? '');

test('.env.example names every variable, and none that is not there', () => {
  expect(known.length).toBeGreaterThan(10);
  expect(new Set(Object.keys(example))).toEqual(new Set([...known, ...Object.keys(compose)]));
});

test('.env.example shows the defaults of the compose file', () => {
  const own = Object.fromEntries(Object.entries(compose).filter(([name]) => !known.includes(name)));
  expect(Object.keys(own)).toContain('PUBLISH');
  expect(example).toMatchObject(own);
});
