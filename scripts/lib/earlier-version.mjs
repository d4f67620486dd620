import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, PROJECT, SetupError, progress, run } from './project.mjs';

/**
 * Builds an earlier version of the project from its own history, once, in `.cache/versions`.
 * @param commit its id
 * @returns its folder
 * @throws {SetupError} when the history is not here, or it does not build
 */
export async function buildEarlierVersion(commit) {
  const folder = join(CACHE, 'versions', commit);
  if (existsSync(folder)) return folder;
  const part = join(CACHE, 'versions', `part-${process.pid}`);
  try {
    mkdirSync(part, { recursive: true });
    progress(`building the earlier version ${commit}`);
    await step(
      ['git', 'archive', '--output', join(part, 'tree.tar'), commit],
      'this clone has no such commit',
    );
    await step(['tar', '-xf', join(part, 'tree.tar'), '-C', part], 'tar');
    rmSync(join(part, 'tree.tar'));
    if (sharesDependencies(part)) symlinkSync(join(PROJECT, 'node_modules'), join(part, 'node_modules'));
    else await step(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci', part);
    await step([process.execPath, 'scripts/build.mjs'], 'it does not build', part);
    renameSync(part, folder);
    return folder;
  } finally {
    rmSync(part, { recursive: true, force: true });
  }

  async function step(command, fault, cwd = PROJECT) {
    const { status, output } = await run(command, { cwd });
    if (status === 0) return;
    throw new SetupError(
      `cannot build the earlier version ${commit}: ${fault}: ${output.trim().split('\n').at(-1)}`,
    );
  }
}

/** Whether what is installed here is what the earlier version was made with. */
function sharesDependencies(folder) {
  const [then, now] = [folder, PROJECT].map((root) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { ...dependencies, ...devDependencies };
  });
  return Object.entries(then).every(([name, version]) => now[name] === version);
}
