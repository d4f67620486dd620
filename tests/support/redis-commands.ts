import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const BULLMQ = join(PROJECT, 'node_modules/bullmq/dist/cjs');
const LIMITER = join(PROJECT, 'node_modules/rate-limiter-flexible/lib/RateLimiterRedis.js');

/** The scripts of BullMQ that run in Ajil: for adding jobs, and for working on them. */
const BULLMQ_SCRIPTS = [
  'addStandardJob',
  'addPrioritizedJob',
  'addDelayedJob',
  'moveToActive',
  'moveToFinished',
  'moveToDelayed',
  'retryJob',
  'extendLocks',
  'moveStalledJobsToWait',
];

/** What ioredis calls by itself: on a connection, and on a Redis Cluster. */
const HANDSHAKE = ['client|setname', 'client|setinfo', 'info', 'cluster|slots', 'cluster|info', 'asking'];

/** Commands that the scripts of Ajil, of BullMQ and of the rate limits call, in lower case. */
export function scriptCommands(): Set<string> {
  const bullmq = readdirSync(join(BULLMQ, 'scripts'))
    .filter((name) => BULLMQ_SCRIPTS.includes(name.replace(/-\d+\.js$/, '')))
    .map((name) => readFileSync(join(BULLMQ, 'scripts', name), 'utf8'));
  if (bullmq.length !== BULLMQ_SCRIPTS.length) throw new Error('a script of BullMQ has another name now');
  return new Set(
    [...ownSources(), ...bullmq, readFileSync(LIMITER, 'utf8')].flatMap((text) =>
      [...text.matchAll(/\b(?:rcall|redis\.p?call)\(\s*['"](\w+)['"]/g)].map(([, name = '']) =>
        name.toLowerCase(),
      ),
    ),
  );
}

/** Commands that somewhere in Ajil, BullMQ or ioredis may be called: names of methods, and what scripts call. */
export function mentionedCommands(): Set<string> {
  const classes = filesIn(join(BULLMQ, 'classes'), '.js').map((file) => readFileSync(file, 'utf8'));
  const methods = [...ownSources(), ...classes].flatMap((text) =>
    [...text.matchAll(/\.([a-z]+)(?:Buffer)?\(/g)].map(([, name = '']) => name),
  );
  return new Set([...methods, ...scriptCommands(), ...HANDSHAKE]);
}

function ownSources(): string[] {
  return ['src', 'workers']
    .flatMap((folder) => filesIn(join(PROJECT, folder), '.ts'))
    .filter((file) => !file.includes('/src/web/'))
    .map((file) => readFileSync(file, 'utf8'));
}

const filesIn = (folder: string, end: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => join(folder, name));
