import { readFileSync, statSync } from 'node:fs';
import type { Logger } from '../../ops/logger.ts';
import { UnfitError } from '../../ops/unfit.ts';
import { DEFAULT_PHRASES } from './default-phrases.ts';
import { compilePhrases, phrasesSchema, type Phrases } from './phrases.ts';

const LOOK_EVERY_MS = 2000;

export interface PhrasesFile extends Phrases {
  close(): void;
}

/**
 * The phrases of a newsroom's file, which count seconds after it was saved. A file with a fault stops the start; later the
 * phrases from before it count on.
 * @param file undefined: the phrases that come with Ajil
 * @throws {UnfitError} when the file cannot be read, or is not what it should be
 */
export function openPhrasesFile(deps: { file: string | undefined; logger: Logger }): PhrasesFile {
  const { file, logger } = deps;
  if (file === undefined) return { ...compilePhrases(DEFAULT_PHRASES), close: () => undefined };
  let phrases = readPhrases(file);
  let savedMs = statSync(file).mtimeMs;

  function look(path: string): void {
    try {
      const { mtimeMs } = statSync(path);
      if (mtimeMs === savedMs) return;
      savedMs = mtimeMs;
      phrases = readPhrases(path);
      logger.info({ file: path }, 'read the phrases of CHECKS_FILE again');
    } catch (error) {
      logger.error({ err: error }, 'CHECKS_FILE has a fault; the phrases from before count on');
    }
  }
  const timer = setInterval(() => look(file), LOOK_EVERY_MS);
  timer.unref();
  return {
    find: (...asked) => phrases.find(...asked),
    close: () => clearInterval(timer),
  };
}

function readPhrases(file: string): Phrases {
  const read = phrasesSchema.safeParse(parseJson(file));
  if (read.success) return compilePhrases(read.data);
  const faults = read.error.issues.map(({ path, message }) => `/${path.join('/')} ${message}`);
  throw new UnfitError(`CHECKS_FILE (${file}): ${faults.join('; ')}`);
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UnfitError(
      `CHECKS_FILE (${file}): ${error instanceof Error ? error.message : 'cannot be read'}`,
    );
  }
}
