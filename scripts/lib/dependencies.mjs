import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CACHE, PROJECT, SetupError, findProgram, progress, run } from './project.mjs';

/** Whether node_modules holds what package-lock.json says. */
export function dependenciesMatch() {
  const installed = readPackages('node_modules/.package-lock.json'); // npm writes it last
  if (installed === undefined) return false;
  const wanted = readPackages('package-lock.json') ?? {};
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    // What is optional may be left out on this platform, but a wrong version of it is still wrong.
    if (installed[path] === undefined) return entry.optional === true || entry.devOptional === true;
    return installed[path].version === entry.version && existsSync(join(PROJECT, path));
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(PROJECT, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** `npm ci`: it removes node_modules first and writes its own lock file last, so a run that was cut short is seen. */
export async function installDependencies() {
  progress('installing the dependencies (npm ci; takes about half a minute)');
  const npm = npmCommand();
  const { status, output } = await run([...npm, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    env: npmEnvironment(),
  });
  if (status !== 0) {
    const start = output.trimEnd().split('\n').slice(0, 25).join('\n');
    throw new SetupError(`npm ci failed (status ${status}):\n${start}`);
  }
}

function npmCommand() {
  const file = process.env.npm_execpath; // set by the npm that runs this script
  if (file !== undefined && /npm-cli\.c?js$/.test(file)) return [process.execPath, file];
  const npm = findProgram('npm');
  if (npm === undefined) throw new SetupError('npm is missing: install Node.js with npm');
  return [npm];
}

/** NODE_ENV=production would leave out the compiler; an unwritable home would stop npm at its cache. */
function npmEnvironment() {
  const env = { ...process.env, NODE_ENV: 'development' };
  delete env.npm_config_omit;
  const usual = env.npm_config_cache ?? join(homedir(), '.npm');
  if (!canWrite(usual)) {
    env.npm_config_cache = join(CACHE, 'npm');
    mkdirSync(env.npm_config_cache, { recursive: true });
  }
  return env;
}

/** Whether a folder, or the nearest one above it that exists, can be written. */
function canWrite(folder) {
  if (!existsSync(folder)) return dirname(folder) !== folder && canWrite(dirname(folder));
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
