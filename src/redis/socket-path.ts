import { openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UnfitError } from '../ops/unfit.ts';

// Linux allows 108 bytes for a Unix socket's path, the ending NUL included (unix(7)); macOS 104.
const MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/** Folders that are held open, by path: the descriptor is a short name of the folder. */
const folders = new Map<string, number>();

/**
 * A path of the same socket that the kernel takes. The socket itself stays where it is: a name in a folder that all users
 * share would be free for any of them to take.
 * @throws {UnfitError} when there is none
 */
export function shortSocketPath(path: string): string {
  if (Buffer.byteLength(path) <= MAX_BYTES) return path;
  if (process.platform !== 'linux') {
    throw new UnfitError(`${path} is too long for a socket (${MAX_BYTES} bytes): choose a shorter DATA_DIR`);
  }
  const folder = dirname(path);
  const descriptor = folders.get(folder) ?? openSync(folder, 'r');
  folders.set(folder, descriptor);
  return `/proc/self/fd/${descriptor}/${basename(path)}`;
}
