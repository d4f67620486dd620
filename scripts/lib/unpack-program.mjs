import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isInstalled, unpackAll } from './debian.mjs';
import { CACHE, SetupError, run } from './project.mjs';

/** A program that {@link unpackProgram} has fetched; it may not be there. */
export function unpackedProgram(folder, name) {
  return join(CACHE, folder, 'bin', name);
}

/**
 * Fetches a program from the distribution's packages, with those of its libraries that this machine lacks, and unpacks it
 * into the project's cache. Nothing is installed system-wide; root is not needed.
 * @param source of {@link createPackageSource}
 * @param wanted.folder below `.cache`; its `bin` gets the programs
 * @param wanted.flavours the first that the lists offer is taken: its `packages`, and its `programs`, from their name in
 *   `bin` to their file in the packages. The first program is tried with `--version`, or with `version`
 * @returns what the program says of its version
 * @throws {SetupError} with the reason, when it cannot be had
 */
export async function unpackProgram(source, { folder, flavours, version = '--version' }) {
  const home = join(CACHE, folder);
  for (const name of existsSync(CACHE) ? readdirSync(CACHE) : []) {
    if (name.startsWith(`${folder}.part-`)) rmSync(join(CACHE, name), { recursive: true, force: true });
  }
  const part = join(CACHE, `${folder}.part-${process.pid}`);
  try {
    const programs = await unpackFlavour(source, flavours, part);
    writeWrappers(part, programs);
    const [first] = Object.keys(programs);
    const { status, output } = await run([join(part, 'bin', first), version]);
    if (status !== 0) throw new SetupError(`${first} does not run on this machine: ${output.trim()}`);
    // The rename makes it appear whole, or not at all.
    rmSync(home, { recursive: true, force: true });
    renameSync(part, home);
    return output.trim().split('\n')[0];
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

/** Unpacks the first flavour that can be had: with the system's lists, and if that fails with fresh ones. */
async function unpackFlavour(source, flavours, part) {
  let fault;
  for (const refresh of [false, true]) {
    if (refresh) await source.refresh();
    for (const flavour of flavours) {
      rmSync(part, { recursive: true, force: true });
      const packages = join(part, 'packages');
      mkdirSync(packages, { recursive: true });
      fault = await source.download(flavour.packages, packages);
      if (fault !== undefined) continue;
      const candidates = await unpackAll(packages, part);
      const [file] = Object.values(flavour.programs);
      // A package may be an empty one that asks for others.
      if (existsSync(join(part, file))) {
        await addLibraries(source, { part, packages, file, candidates, seen: flavour.packages });
        rmSync(packages, { recursive: true });
        return flavour.programs;
      }
      fault = `${flavour.packages.join(', ')} do not hold ${file}`;
    }
  }
  throw new SetupError(fault);
}

/** Fetches the packages of libraries, and those that they depend on, until the program finds all of its libraries. */
async function addLibraries(source, { part, packages, file, ...rest }) {
  const candidates = new Set(rest.candidates);
  const seen = new Set(rest.seen);
  let missing = await missingLibraries(join(part, file), part);
  while (missing.length > 0) {
    const next = [];
    for (const name of candidates) {
      if (!seen.has(name) && name.startsWith('lib') && !(await isInstalled(name))) next.push(name);
      seen.add(name);
    }
    if (next.length === 0) {
      throw new SetupError(`it needs libraries that its packages do not declare: ${missing.join(', ')}`);
    }
    const fault = await source.download(next, packages);
    if (fault !== undefined) throw new SetupError(`could not fetch ${next.join(', ')}\n${fault}`);
    for (const name of await unpackAll(packages, part)) candidates.add(name);
    missing = await missingLibraries(join(part, file), part);
  }
}

/** Folders below `part` that hold shared libraries, relative to it. */
function libraryFolders(part) {
  const roots = ['usr/lib', 'lib'].filter((folder) => existsSync(join(part, folder)));
  return roots.flatMap((root) => {
    const below = readdirSync(join(part, root), { withFileTypes: true });
    const inner = below.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
    return [root, ...inner].filter((folder) =>
      readdirSync(join(part, folder)).some((file) => file.includes('.so')),
    );
  });
}

async function missingLibraries(binary, part) {
  const path = libraryFolders(part).map((folder) => join(part, folder));
  const { output } = await run(['ldd', binary], { env: { ...process.env, LD_LIBRARY_PATH: path.join(':') } });
  return [...output.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
}

function writeWrappers(part, programs) {
  // Relative to the wrapper, so that the project's folder may be moved.
  const libraries = libraryFolders(part).map((folder) => `$root/${relative('.', folder)}`);
  mkdirSync(join(part, 'bin'));
  for (const [name, file] of Object.entries(programs)) {
    const wrapper = join(part, 'bin', name);
    writeFileSync(
      wrapper,
      `#!/bin/sh
root=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
LD_LIBRARY_PATH="${libraries.join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$root/${file}" "$@"
`,
    );
    chmodSync(wrapper, 0o755);
  }
}
