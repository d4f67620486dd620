import { open, rename } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CliError } from './exit.ts';

/** The file has its name only once it is whole; until then it is `<file>.part`. @throws {CliError} */
export async function writeWhole(lines: Readable, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    const written = await open(part, 'w', 0o600);
    // The mode above counts only for a file that is made now.
    await written.chmod(0o600);
    await pipeline(lines, written.createWriteStream({ flush: true }));
    await rename(part, file);
  } catch (error) {
    throw new CliError(`Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
