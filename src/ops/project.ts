import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of package.json. This code is in src/, or in the bundle in dist/. */
export const PROJECT = folderWith('package.json', dirname(fileURLToPath(import.meta.url)));

/** Of package.json. */
export const VERSION = readVersion();

function folderWith(name: string, from: string): string {
  if (existsSync(join(from, name))) return from;
  const above = dirname(from);
  if (above === from) throw new Error(`no folder above this program has a ${name}`);
  return folderWith(name, above);
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as {
    version?: unknown;
  };
  return String(version);
}
