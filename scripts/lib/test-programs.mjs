import { createPackageSource, hasApt } from './debian.mjs';
import { SetupError, findProgram, isExecutable, progress } from './project.mjs';
import { unpackProgram, unpackedProgram } from './unpack-program.mjs';

/**
 * What some tests try the operator's files with. tests/support/programs.ts looks for them at the same places: on the PATH,
 * in the folders of a server's programs, and in `.cache/<name>/bin`.
 */
const PROGRAMS = [
  {
    name: 'nginx',
    // The package that holds the binary has another name in each release.
    flavours: ['nginx', 'nginx-core', 'nginx-light'].map((name) => ({
      packages: [name],
      programs: { nginx: 'usr/sbin/nginx' },
    })),
    version: '-v',
  },
  {
    name: 'caddy',
    flavours: [{ packages: ['caddy'], programs: { caddy: 'usr/bin/caddy' } }],
    version: 'version',
  },
  {
    name: 'haproxy',
    flavours: [{ packages: ['haproxy'], programs: { haproxy: 'usr/sbin/haproxy' } }],
    version: '-v',
  },
  { name: 'promtool', flavours: [{ packages: ['prometheus'], programs: { promtool: 'usr/bin/promtool' } }] },
];

/** However slow the network is, the tests begin after this time. */
const PATIENCE_MS = 20_000;

/** Whether a program that is missing can perhaps be fetched. */
export function testProgramsAreThere() {
  return !hasApt() || missing().length === 0;
}

/** Fetches the programs that this machine lacks. Says in one line which it cannot get: their tests are then skipped. */
export async function fetchTestPrograms() {
  const wanted = missing();
  progress(`fetching ${wanted.map(({ name }) => name).join(', ')} for the tests into .cache`);
  const source = createPackageSource(AbortSignal.timeout(PATIENCE_MS));
  const without = [];
  for (const program of wanted) {
    try {
      await unpackProgram(source, { ...program, folder: program.name });
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      without.push(`${program.name} (${error.message.trim().split('\n').at(-1)})`);
    }
  }
  source.close();
  if (without.length > 0) progress(`cannot get ${without.join(', ')}: the tests that need it are skipped`);
}

function missing() {
  return PROGRAMS.filter(
    ({ name }) =>
      findProgram(name) === undefined &&
      !isExecutable(`/usr/sbin/${name}`) &&
      !isExecutable(unpackedProgram(name, name)),
  );
}
