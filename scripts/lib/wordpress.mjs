import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createPackageSource, hasApt, unpackAll } from './debian.mjs';
import { CACHE, SetupError, isExecutable, progress } from './project.mjs';
import { unpackProgram, unpackedProgram } from './unpack-program.mjs';

/** tests/support/wordpress.ts looks for them in `.cache/<folder>`. */
const PROGRAMS = [
  {
    folder: 'php',
    program: 'php',
    // The version is in the names, and each release has another.
    flavours: ['8.2', '8.4', '8.3', '8.1'].map((version) => ({
      packages: ['cli', 'common', 'mysql', 'apcu'].map((part) => `php${version}-${part}`),
      programs: { php: `usr/bin/php${version}` },
    })),
    // Fetched before the example of an include was tried, it has no APCu.
    holds: (home) => {
      const extensions = join(home, 'usr/lib/php');
      return readdirSync(extensions).some((folder) => existsSync(join(extensions, folder, 'apcu.so')));
    },
  },
  {
    folder: 'mariadb',
    program: 'mariadbd',
    flavours: [{ packages: ['mariadb-server-core'], programs: { mariadbd: 'usr/sbin/mariadbd' } }],
  },
];
const SITE = join(CACHE, 'wordpress');
/** With what its files are links to. */
const SITE_PACKAGES = ['wordpress', 'php-getid3', 'libjs-underscore', 'libjs-cropper'];

/**
 * Fetches WordPress, PHP and MariaDB from the distribution's packages into `.cache`. Nothing is installed system-wide.
 * @throws {SetupError} when they cannot be had
 */
export async function fetchWordpress() {
  const missing = PROGRAMS.filter(({ folder, program, holds = () => true }) => {
    return !isExecutable(unpackedProgram(folder, program)) || !holds(join(CACHE, folder));
  });
  if (missing.length === 0 && existsSync(SITE)) return;
  if (!hasApt()) {
    throw new SetupError(
      'cannot test the WordPress plugin: WordPress, PHP and MariaDB come from Debian packages',
    );
  }
  progress('fetching WordPress, PHP and MariaDB from the distribution’s packages into .cache');
  const source = createPackageSource(AbortSignal.timeout(180_000));
  try {
    for (const program of missing) await unpackProgram(source, program);
    if (!existsSync(SITE)) await unpackSite(source);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`cannot test the WordPress plugin: ${error.message.trim().split('\n').at(-1)}`);
  } finally {
    source.close();
  }
}

async function unpackSite(source) {
  const part = `${SITE}.part-${process.pid}`;
  const packages = join(part, 'packages');
  try {
    mkdirSync(packages, { recursive: true });
    let fault = await source.download(SITE_PACKAGES, packages);
    if (fault !== undefined) {
      await source.refresh();
      fault = await source.download(SITE_PACKAGES, packages);
    }
    if (fault !== undefined) throw new SetupError(fault);
    await unpackAll(packages, part);
    rmSync(packages, { recursive: true });
    renameSync(part, SITE);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}
