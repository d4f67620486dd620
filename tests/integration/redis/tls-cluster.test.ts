import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findRedisServer } from '../../../src/machine/server-binary.ts';
import { freePorts } from '../../support/free-ports.ts';
import { makeCertificate } from '../../support/tls.ts';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const SLOTS = 16_384;

let dir: string;
let url: string;
let stop: () => Promise<void>;

/** A cluster of one node, whose certificate names `localhost` and no address, as managed services have it. */
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ajil-tls-'));
  const { ca, cert, key } = makeCertificate([], undefined, false);
  await Promise.all(
    Object.entries({ 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key }).map(([name, text]) =>
      writeFile(join(dir, name), text),
    ),
  );
  const [port = 0, bus = 0] = await freePorts(2);
  const settings = {
    port: '0',
    'tls-port': String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    'tls-cert-file': join(dir, 'cert.pem'),
    'tls-key-file': join(dir, 'key.pem'),
    'tls-ca-cert-file': join(dir, 'ca.pem'),
    'tls-auth-clients': 'no',
    'tls-cluster': 'yes',
    'cluster-enabled': 'yes',
    'cluster-port': String(bus),
    'cluster-announce-hostname': 'localhost',
    'cluster-preferred-endpoint-type': 'hostname',
  };
  const binary = findRedisServer(process.env['PATH'] ?? '', PROJECT) ?? '';
  const options = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(binary, options, { stdio: 'ignore' });
  const admin = new Redis(port, 'localhost', {
    tls: { ca },
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
  });
  admin.on('error', () => undefined); // until it listens
  await admin.cluster('ADDSLOTS', ...Array.from({ length: SLOTS }, (_, slot) => slot));
  while (!(await admin.cluster('INFO')).includes('cluster_state:ok')) await admin.ping();
  admin.disconnect();
  url = `rediss-cluster://localhost:${port}`;
  stop = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
    await rm(dir, { recursive: true, force: true });
  };
});
afterEach(() => stop());

/** The server's log until it takes requests or ends. */
async function start(env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [join(PROJECT, 'dist/src/server.js')], {
    env: { PATH: process.env['PATH'], REDIS_URL: url, DATA_DIR: dir, PORT: '0', DRAIN_SECONDS: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (part: Buffer) => {
    printed += part.toString();
    if (/taking requests|"cause"/.test(printed)) child.kill('SIGTERM');
  });
  await once(child, 'close');
  return printed;
}

test('a cluster whose certificate names hosts is verified by its names', async () => {
  expect(await start({ NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') })).toContain('taking requests');
});

test('a cluster whose certificate nobody vouches for is refused, and the log says why', async () => {
  const printed = await start({});
  expect(printed).not.toContain('taking requests');
  expect(printed).toMatch(/"cause":\{[^}]*"message":"(unable to verify|self.signed|unable to get)/);
});
