import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['redis-server', 'valkey-server'];

/**
 * Finds a Redis-compatible server: on the `path`, else in the project's own cache, where `npm run setup` unpacks one.
 * @param path the environment's `PATH`
 * @param projectDir the folder that holds `package.json`
 * @returns an absolute path, or undefined when there is none
 */
export function findRedisServer(path: string, projectDir: string): string | undefined {
  const folders = [
    ...path.split(delimiter).filter((folder) => folder !== ''),
    join(projectDir, '.cache/redis/bin'),
  ];
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
