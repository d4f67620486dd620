import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { findTestProgram } from '../../support/programs.ts';

// What operators copy: the compose file, the Dockerfile, the units of systemd, and the commands of the documentation.

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string): string => readFileSync(PROJECT + path, 'utf8');
const filesBelow = (folder: string, ending: string): string[] =>
  (readdirSync(PROJECT + folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);
const UNITS = ['ajil.service', 'ajil-server@.service', 'ajil-workers@.service', 'ajil.socket'].map(
  (name) => `deploy/systemd/${name}`,
);
const settings = new Set(Object.keys(parseEnv(read('.env.example'))));

interface Service {
  readonly image?: string;
  readonly mem_limit?: string;
  readonly pids_limit?: number;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly ulimits?: object;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly build?: string;
}

function services(): [string, Service][] {
  const { services: all } = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, Service>;
  };
  return Object.entries(all);
}

/** The files that a text starts with node, as their sources. */
const startedBy = (text: string): string[] =>
  [...text.matchAll(/\bdist\/([\w/-]+)\.js\b/g)].map(([, name]) => `${name}.ts`);

test('each program that is started exists, and each variable that is set is a setting', () => {
  const started = services().flatMap(([, { command }]) => startedBy(command?.join(' ') ?? ''));
  expect(started).toEqual(['src/server.ts', 'src/server.ts', 'workers/main.ts']);
  const texts = [...UNITS, 'Dockerfile', 'README.md', ...filesBelow('docs', '.md')].map(read);
  for (const file of [...started, ...texts.flatMap(startedBy)]) {
    expect([file, existsSync(PROJECT + file)]).toEqual([file, true]);
  }
  const set = [
    ...services().flatMap(([, { environment }]) => Object.keys(environment ?? {})),
    ...UNITS.flatMap((unit) => [...read(unit).matchAll(/^(?:Unset)?Environment=(.*)$/gm)])
      .flatMap(([, line = '']) => line.split(' '))
      .map((word) => word.replace(/=.*/, '')),
  ];
  expect(new Set(set.filter((name) => !settings.has(name)))).toEqual(new Set(['NODE_ENV']));
});

test('each container is bounded and may do little, and the workers’ health is their own', () => {
  const all = new Map(services());
  for (const [name, service] of all) {
    expect([name, service]).toEqual([
      name,
      expect.objectContaining({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        pids_limit: expect.any(Number),
        mem_limit: expect.any(String),
        ulimits: { nofile: { soft: 65536, hard: 65536 } },
      }),
    ]);
  }
  // A frozen tag gets no fixes. Redis refuses writes before the kernel ends it; a rewrite needs the room twice.
  expect(all.get('redis')?.image).toMatch(/:8-trixie$/);
  expect(all.get('redis')?.command).toEqual(
    expect.arrayContaining(['noeviction', '${REDIS_MAXMEMORY:-1gb}']),
  );
  expect(all.get('redis')?.mem_limit).toBe('${REDIS_MEMORY:-2g}');
  const { environment, healthcheck } = all.get('workers') ?? {};
  expect(environment).toMatchObject({ ADMIN_KEY: '', METRICS_PORT: '9464' });
  expect(healthcheck?.test.at(-1)).toContain('127.0.0.1:9464/healthz');
});

test('each unit is watched, restarted unless that does not help, and may do little', () => {
  for (const unit of UNITS.filter((name) => name.endsWith('.service'))) {
    const text = read(unit);
    for (const line of [
      'Type=notify',
      'WatchdogSec=60',
      'Restart=always',
      'RestartPreventExitStatus=78',
      'LimitNOFILE=65536',
      'NoNewPrivileges=yes',
      'ProtectSystem=strict',
      'StateDirectoryMode=0700',
      'UMask=0077',
    ]) {
      expect([unit, text.split('\n')]).toEqual([unit, expect.arrayContaining([line])]);
    }
  }
  expect(read('deploy/systemd/ajil-workers@.service')).toContain('UnsetEnvironment=ADMIN_KEY');
});

test('each npm script and each command of ours that the documentation names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const pages = ['README.md', 'CONTRIBUTING.md', 'bench/README.md', ...filesBelow('docs', '.md')];
  const text = pages.map(read).join('\n');
  const named = new Set([...text.matchAll(/npm run ([a-z]+(?::[a-z]+)?)/g)].map(([, name = '']) => name));
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((name) => scripts[name] === undefined)).toEqual([]);
  const commands = text.matchAll(/(?:npm run ajil --|dist\/src\/cli\.js) ([a-z]+) ([a-z]+)/g);
  const wanted = new Set([...commands].map(([, group, name]) => `${group} ${name}`));
  const sources = filesBelow('src/cli', '.ts').map(read).join('\n');
  for (const command of wanted) {
    const [group = '', name = ''] = command.split(' ');
    expect([command, sources]).toEqual([command, expect.stringContaining(`new Command('${group}')`)]);
    expect([command, sources]).toEqual([
      command,
      expect.stringMatching(new RegExp(`command\\('${name}[ ']`)),
    ]);
  }
});

test('the image is built from files that are there and that the build may see', () => {
  const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ');
  const hidden = new Set(read('.dockerignore').split('\n'));
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, files = '']) =>
    files.split(' '),
  );
  const run = [...dockerfile.matchAll(/\bnode ((?!-)\S+\.mjs)/g)].map(([, file = '']) => file);
  expect(run).toHaveLength(2);
  for (const file of [...copied, ...run]) expect([file, existsSync(PROJECT + file)]).toEqual([file, true]);
  expect([...copied, ...run].filter((file) => hidden.has(file.split('/', 1)[0] ?? ''))).toEqual([]);
});

const analyze = findTestProgram('systemd-analyze');

test.skipIf(analyze === undefined).each(UNITS)('systemd understands each line of %s', (unit) => {
  // On this machine the user, and perhaps the folder and node itself, may be missing.
  const { stdout, stderr } = spawnSync(analyze ?? '', ['verify', '--man=no', PROJECT + unit], {
    encoding: 'utf8',
  });
  const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(unit));
  expect(said.filter((line) => !/is not executable|Unknown user/.test(line))).toEqual([]);
});

/** `docker compose`, or the program of older releases. */
function composeCommand(): [string, ...string[]] | undefined {
  const docker = findTestProgram('docker');
  if (docker !== undefined && spawnSync(docker, ['compose', 'version']).status === 0)
    return [docker, 'compose'];
  const own = findTestProgram('docker-compose');
  if (own === undefined || !/\bv?2\.(2[4-9]|[3-9]\d)/.test(spawnSync(own, ['version']).stdout.toString()))
    return undefined;
  return [own];
}
const compose = composeCommand();

test.skipIf(compose === undefined)('Docker Compose understands each line of the compose file', () => {
  const [program = '', ...args] = compose ?? [];
  const { status, stderr } = spawnSync(program, [...args, '-f', 'docker-compose.yml', 'config', '--quiet'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});
