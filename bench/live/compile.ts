import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OUT = fileURLToPath(new URL('../../.cache/bench', import.meta.url));
const C_COMPILERS = ['cc', 'gcc', 'clang'];
/** Where Debian puts the sources of Go's libraries. */
const GO_LIBRARIES = '/usr/share/gocode';

interface Compiler {
  readonly command: (program: string, file: string) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const COMPILERS: Readonly<Record<string, readonly Compiler[]>> = {
  '.c': C_COMPILERS.map((name) => ({ command: (program, file) => [name, '-O2', '-o', program, file] })),
  '.go': [
    {
      command: (program, file) => ['go', 'build', '-o', program, file],
      env: { GO111MODULE: 'off', GOPATH: GO_LIBRARIES, GOCACHE: join(OUT, 'go'), GOFLAGS: '-trimpath' },
    },
  ],
};

/** Builds a program of the benchmark, in C or Go. @returns its path; undefined where there is no compiler, or it fails */
export function compile(source: URL): string | undefined {
  const file = fileURLToPath(source);
  const kind = extname(file);
  const print = createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
  const program = join(OUT, `${basename(file, kind)}-${print}`);
  if (existsSync(program)) return program;
  mkdirSync(OUT, { recursive: true });
  for (const { command, env } of COMPILERS[kind] ?? []) {
    const [name = '', ...args] = command(program, file);
    const built = spawnSync(name, args, { encoding: 'utf8', env: { ...process.env, ...env } });
    if (built.status === 0) return program;
    if (built.status !== null) console.error(built.stderr);
  }
  return undefined;
}
