import { readFileSync } from 'node:fs';

/** Of package.json. This file is dist/src/version.js, or src/version.ts in tests. */
export const VERSION = readVersion(['../../package.json', '../package.json']);

function readVersion([path, ...others]: readonly string[]): string {
  if (path === undefined) return 'unknown';
  try {
    const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Record<
      string,
      unknown
    >;
    if (name === 'ajil') return String(version);
  } catch {
    // The other layout.
  }
  return readVersion(others);
}
