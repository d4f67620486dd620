import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUT = fileURLToPath(new URL('../../.cache/bench', import.meta.url));
const COMPILERS = ['cc', 'gcc', 'clang'];

/** Builds a C program of the benchmark. @returns its path; undefined where there is no compiler, or it fails */
export function compile(source: URL): string | undefined {
  const file = fileURLToPath(source);
  const print = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
  const program = join(OUT, `${basename(file, '.c')}-${print}`);
  if (existsSync(program)) return program;
  mkdirSync(OUT, { recursive: true });
  for (const compiler of COMPILERS) {
    const built = spawnSync(compiler, ['-O2', '-o', program, file], { encoding: 'utf8' });
    if (built.status === 0) return program;
    if (built.status !== null) console.error(built.stderr);
  }
  return undefined;
}
