import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK = 64 * 1024;

/**
 * Cuts zeros from the end of the newest part of the append-only file. A power cut leaves them on several file systems, where
 * the file had grown and its bytes were not written yet: nothing that was acknowledged is in them, and Redis does not start
 * with them.
 * @param dir the server's folder
 * @returns how many bytes were cut
 */
export async function cutZeroTail(dir: string): Promise<number> {
  const folder = join(dir, 'appendonlydir');
  const manifest = await readFile(join(folder, 'appendonly.aof.manifest'), 'utf8').catch(() => '');
  // "file appendonly.aof.2.incr.aof seq 2 type i", a line each; the newest comes last.
  const name = [...manifest.matchAll(/^file (\S+) seq \d+ type i/gm)].at(-1)?.[1];
  if (name === undefined) return 0;
  const file = await open(join(folder, name), 'r+').catch(() => undefined);
  if (file === undefined) return 0;
  try {
    const { size } = await file.stat();
    let end = size;
    const buffer = Buffer.alloc(CHUNK);
    while (end > 0) {
      const from = Math.max(0, end - CHUNK);
      const { bytesRead } = await file.read(buffer, 0, end - from, from);
      let at = bytesRead;
      while (at > 0 && buffer[at - 1] === 0) at -= 1;
      end = from + at;
      if (at > 0) break;
    }
    if (end === size) return 0;
    await file.truncate(end);
    await file.sync();
    return size - end;
  } finally {
    await file.close();
  }
}
