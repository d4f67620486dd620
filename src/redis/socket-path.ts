import { openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UnfitError } from '../ops/unfit.ts';

// Linux allows 108 bytes for a Unix socket's path, including the NUL at its end (unix(7)). macOS allows 104.
const MAX_BYTES = process.platform === 'linux' ? 107 : 103;

/** Descriptors of folders that are held open, by path. A descriptor is a short name of its folder. */
const folders = new Map<string, number>();

/**
 * Another path of the same socket, short enough for the kernel. The socket stays in its folder: in a folder that all users
 * share, any of them could take its name.
 * @throws {UnfitError} if there is no such path
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
