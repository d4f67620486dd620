import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { isOldRedis } from '../redis/requirements.ts';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * Finds a Redis-compatible server that is new enough: on the `path`, or else in the project's cache, where `npm run setup`
 * unpacks one.
 * @param path the environment's `PATH`
 * @param projectDir the folder that holds `package.json`
 * @returns an absolute path; undefined if there is none
 */
export function findRedisServer(path: string, projectDir: string): string | undefined {
  const folders = [
    ...path.split(delimiter).filter((folder) => folder !== ''),
    join(projectDir, '.cache/redis/bin'),
  ];
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => isExecutable(file) && !isTooOld(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * `Redis server v=7.0.15 sha=…`; Valkey began with 7.2 as `Valkey server v=…`. A server that does not tell its version
 * is taken.
 */
function isTooOld(file: string): boolean {
  const { stdout } = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 5000 });
  const version = /\bv=(\d+\.\d+)/.exec(stdout)?.[1];
  return version !== undefined && isOldRedis(version);
}
