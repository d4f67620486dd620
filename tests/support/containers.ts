import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** In the project, which Docker's engine sees, too. */
const CHECKOUT = join(PROJECT, '.cache/containers/checkout');

/** A checkout as an operator has it, and Docker. */
export interface Containers {
  /** Runs a line of the shell in the checkout's folder. @returns what it printed. @throws unless its status is 0 */
  shell(line: string): Promise<string>;
  /** Changes settings in `.env`. */
  set(settings: Readonly<Record<string, string>>): Promise<void>;
  /** Of a service's containers. */
  ids(service: string): Promise<readonly string[]>;
  /** Of the running containers of ours. */
  images(): Promise<readonly string[]>;
  /** Ends every container, and removes them with their data. */
  stop(): Promise<void>;
}

/**
 * @param options.override what a `docker-compose.override.yml` says: where this machine differs from an operator's
 * @param options.files further files of the checkout, by name
 */
export async function startContainers(options: {
  readonly settings: Readonly<Record<string, string>>;
  readonly override: string;
  readonly files: Readonly<Record<string, string>>;
}): Promise<Containers> {
  const pid = process.env['AJIL_ENGINE_PID'];
  if (pid === undefined) throw new Error('Docker is not here: use npm run test:containers, which starts it');
  const enter = ['--mount', '--net', '--pid', '--root', '--'];
  const shell = (line: string): Promise<string> =>
    output('nsenter', [`--target=${pid}`, ...enter, 'sh', '-ec', `cd '${CHECKOUT}'\n${line}`]);

  await makeCheckout();
  await Promise.all([
    writeFile(join(CHECKOUT, 'docker-compose.override.yml'), options.override),
    ...Object.entries(options.files).map(([name, text]) => writeFile(join(CHECKOUT, name), text)),
  ]);
  const set = async (settings: Readonly<Record<string, string>>): Promise<void> => {
    const file = join(CHECKOUT, '.env');
    let text = await readFile(file, 'utf8');
    for (const [name, value] of Object.entries(settings)) {
      const line = new RegExp(`^${name}=.*$`, 'm');
      if (!line.test(text)) throw new Error(`.env.example has no ${name}`);
      text = text.replace(line, `${name}=${value}`);
    }
    await writeFile(file, text);
  };
  const containers: Containers = {
    shell,
    set,
    images: async () => {
      const all = await shell("docker compose ps --format '{{.Image}}' server server-2 workers");
      return all.split('\n');
    },
    ids: async (service) => (await shell(`docker compose ps -q ${service}`)).split('\n').toSorted(),
    stop: async () => {
      await shell('docker compose --profile scale down --volumes --timeout 1').catch(() => undefined);
      await rm(CHECKOUT, { recursive: true, force: true });
    },
  };
  await shell('cp .env.example .env && chmod 600 .env');
  await set(options.settings);
  return containers;
}

/** What git would give, with what is not committed yet. */
async function makeCheckout(): Promise<void> {
  await rm(CHECKOUT, { recursive: true, force: true });
  const listed = await output('git', [
    '-C',
    PROJECT,
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ]);
  const names = listed.split('\0').filter((name) => name !== '' && !/^(tests|bench|docs)\//.test(name));
  for (const name of names.filter((file) => existsSync(join(PROJECT, file)))) {
    await mkdir(dirname(join(CHECKOUT, name)), { recursive: true });
    await cp(join(PROJECT, name), join(CHECKOUT, name));
  }
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status === 0) return said.trim();
  throw new Error(`${args.at(-1) ?? program} ended with ${status}:\n${said}${complaints.slice(-4000)}`);
}
