import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { z } from 'zod';
import { CliError } from './exit.ts';

/** How far an interrupted command had come, in a small file beside the one that it reads or writes. */
export interface Checkpoint<T> {
  /** @throws {CliError} when there is none, or it cannot be read */
  load(): Promise<T>;
  save(state: T): Promise<void>;
  clear(): Promise<void>;
}

export function openCheckpoint<T>(file: string, schema: z.ZodType<T>): Checkpoint<T> {
  return {
    load: async () => {
      const text = await readFile(file, 'utf8').catch(() => undefined);
      if (text === undefined) throw new CliError(`Nothing to resume: ${file} does not exist. Omit --resume.`);
      try {
        return schema.parse(JSON.parse(text));
      } catch {
        throw new CliError(`${file} is damaged: delete it and omit --resume.`);
      }
    },
    save: async (state) => {
      await writeFile(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
      await rename(`${file}.new`, file);
    },
    clear: () => rm(file, { force: true }),
  };
}
