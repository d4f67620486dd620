import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/**
 * A program that the operator's files are tried with. `npm test` fetches what can be had (scripts/lib/test-programs.mjs).
 * @returns where it is; undefined if it is not here, which this says in one line
 */
export function findTestProgram(name: string): string | undefined {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...SERVER_FOLDERS,
    join(PROJECT, '.cache', name, 'bin'),
  ];
  const found = folders.map((folder) => join(folder, name)).find(isExecutable);
  if (found === undefined)
    process.stderr.write(`ajil: ${name} is not here; tests that need it are skipped\n`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
