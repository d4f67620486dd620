import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const CHUNK = 64 * 1024;

/**
 * Cuts zeros from the end of the newest part of the append-only file. On several file systems a power cut leaves zeros where
 * a file had grown but its bytes were not written yet. Redis does not start with them, and they hold nothing that was
 * acknowledged.
 * @param dir the server's folder
 * @returns how many bytes were cut
 */
export async function cutZeroTail(dir: string): Promise<number> {
  const folder = join(dir, 'appendonlydir');
  const manifest = await readFile(join(folder, 'appendonly.aof.manifest'), 'utf8').catch(() => '');
  // One line for each part, such as "file appendonly.aof.2.incr.aof seq 2 type i". The newest comes last.
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
