import { spawn } from 'node:child_process';
import { accessSync, statSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, without a trailing slash. */
export const PROJECT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[/\\]+$/, '');

/** What the scripts fetch and remember; safe to delete. */
export const CACHE = join(PROJECT, '.cache');

/** An expected fault: its message says what to do, and no stack is shown. */
export class SetupError extends Error {}

/** Progress goes to standard error, so that what a command prints can be piped. */
export function progress(line) {
  process.stderr.write(`ajil: ${line}\n`);
}

/** Reads `.env` beside package.json, if there is one. What is set already wins. */
export function loadDotEnv() {
  const file = join(PROJECT, '.env');
  if (!existsSync(file)) return;
  process.loadEnvFile(file);
  const holdsSecrets = ['ADMIN_KEY', 'VAPID_PRIVATE_KEY'].some((name) => (process.env[name] ?? '') !== '');
  if (holdsSecrets && (statSync(file).mode & 0o044) !== 0) {
    progress('.env holds keys, but other users of this machine can read it: run chmod 600 .env');
  }
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first of these programs that is on the PATH, as an absolute path, or undefined. */
export function findProgram(...names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** A program that `npm ci` put into the project, as [node, file]: faster than npx, and not fooled by the PATH. */
export function nodeTool(file) {
  return [process.execPath, join(PROJECT, 'node_modules', file)];
}

/**
 * Runs a program to its end and collects what it prints (the last megabyte or so).
 * @param command the program and its arguments
 * @param options what `spawn` takes; `show: true` lets it print to standard error instead; `signal` ends it
 * @returns status (null when it could not start or was killed) and output; never rejects
 */
export function run(command, options = {}) {
  const { show = false, ...rest } = options;
  return new Promise((done) => {
    const [program, ...args] = command;
    const child = spawn(program, args, {
      cwd: PROJECT,
      stdio: show ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
      ...rest,
    });
    let output = '';
    const collect = (chunk) => {
      output = (output + chunk).slice(-1_000_000);
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    child.once('error', (error) => done({ status: null, output: `${output}${error.message}\n` }));
    child.once('close', (status, signal) => {
      done({ status, output: signal === null ? output : `${output}(ended by ${signal})\n` });
    });
  });
}

/** Runs a script's main function; an expected fault becomes one clear line and status 1. */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    process.exitCode = 1;
    if (error instanceof SetupError) progress(error.message);
    else throw error;
  }
}
