import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, findProgram, progress, run } from './project.mjs';

/** Whether this is a Debian or one of its children, with the tools that fetch and unpack packages. */
export function hasApt() {
  return ['apt-get', 'dpkg-deb', 'dpkg-query'].every((name) => findProgram(name) !== undefined);
}

const APT_ENVIRONMENT = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
// Root's apt would drop to the user _apt, who may not enter the project's folder.
const UNSANDBOXED = ['-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=2'];

/** Runs an apt program with the language and prompts fixed. */
export function apt(program, args, options = {}) {
  return run([program, ...UNSANDBOXED, ...args], { env: APT_ENVIRONMENT, ...options });
}

/**
 * A way to fetch packages without being root and without changing the system: with the system's package lists, or, once
 * {@link refresh} was called, with lists of our own.
 * @param signal ends what goes on; from then on nothing can be had
 */
export function createPackageSource(signal) {
  let options = [];
  let fresh = false;

  return {
    /**
     * Fetches the lists into the project's own cache, once. Some of a machine's sources may be out of reach: the rest may do.
     */
    async refresh() {
      if (fresh) return;
      fresh = true;
      progress('fetching the package lists (apt-get update, in the project’s own cache)');
      const root = join(CACHE, 'apt');
      for (const folder of ['state/lists/partial', 'cache/archives/partial']) {
        mkdirSync(join(root, folder), { recursive: true });
      }
      options = [
        ['-o', `Dir::State=${join(root, 'state')}`],
        ['-o', 'Dir::State::status=/var/lib/dpkg/status'],
        ['-o', `Dir::Cache=${join(root, 'cache')}`],
      ].flat();
      await apt('apt-get', [...options, 'update'], { signal });
    },

    /**
     * Fetches packages into `folder`.
     * @returns the apt output on failure, undefined when all is there
     */
    async download(names, folder) {
      const { status, output } = await apt('apt-get', [...options, 'download', ...names], {
        cwd: folder,
        signal,
      });
      return status === 0 ? undefined : output;
    },

    /** Gives the lists' space back. */
    close() {
      rmSync(join(CACHE, 'apt'), { recursive: true, force: true });
    },
  };
}

/** Unpacks every package file of `from` into `to` and removes it. @returns the package names they depend on */
export async function unpackAll(from, to) {
  const depends = [];
  for (const name of readdirSync(from).filter((file) => file.endsWith('.deb'))) {
    const file = join(from, name);
    const { status, output } = await run(['dpkg-deb', '-x', file, to]);
    if (status !== 0) throw new Error(`dpkg-deb could not unpack ${name}: ${output}`);
    const field = await run(['dpkg-deb', '-f', file, 'Depends']);
    // "libc6 (>= 2.34), libssl3 | libssl1.1": the first of alternatives is the distribution's own choice.
    depends.push(...field.output.split(',').map((item) => /^[^\s(|:]+/.exec(item.trim())?.[0] ?? ''));
    rmSync(file);
  }
  return depends.filter((name) => name !== '');
}

/** Whether the system has the package installed. */
export async function isInstalled(name) {
  const { status, output } = await run(['dpkg-query', '-W', '-f', '${Status}', name]);
  return status === 0 && output.includes('install ok installed');
}
