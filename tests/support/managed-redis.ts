import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedBlock } from './documented-block.ts';
import { freePorts } from './free-ports.ts';
import { startPlainRedis, type PlainRedis } from './plain-redis.ts';
import { makeCertificate } from './tls.ts';

const PASSWORD = 'a/b@c:d%e';

/** The rules of docs/operations.md, as the words of `ACL SETUSER`, with a password that a URL must escape. */
export const documentedRights = (): string[] =>
  documentedBlock('operations.md', '```acl\n', [
    [/^user /, ''],
    [/PASSWORD/, PASSWORD],
  ])
    .trim()
    .split(/\s+/);

/** What a managed service takes away from everybody. */
const TAKEN_AWAY = ['CONFIG', 'DEBUG', 'KEYS', 'FLUSHALL', 'FLUSHDB', 'SHUTDOWN', 'BGREWRITEAOF', 'MONITOR'];

/** As a service offers it: TLS by an authority of its own, one account with the documented rights, no `CONFIG`. */
export interface ManagedRedis {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** PEM of the authority. */
  readonly ca: string;
  /** A folder that goes with it. */
  readonly dir: string;
  /** The service's own connection, without TLS. */
  readonly admin: PlainRedis['admin'];
  stop(): Promise<void>;
}

export async function startManagedRedis(): Promise<ManagedRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'ajil-managed-'));
  const { ca, cert, key } = makeCertificate([], undefined, false);
  const files = { 'tls-cert-file': cert, 'tls-key-file': key, 'tls-ca-cert-file': ca };
  const settings = await Promise.all(
    Object.entries(files).map(async ([name, text]) => {
      await writeFile(join(dir, name), text);
      return [name, join(dir, name)] as const;
    }),
  );
  const [port = 0] = await freePorts(1);
  const redis = await startPlainRedis(
    { ...Object.fromEntries(settings), 'tls-port': String(port), 'tls-auth-clients': 'no' },
    TAKEN_AWAY.map((name) => ['rename-command', name, '']),
  );
  await redis.admin.call('ACL', 'SETUSER', ...documentedRights());
  return {
    url: `rediss://ajil:${encodeURIComponent(PASSWORD)}@localhost:${port}`,
    ca,
    dir,
    admin: redis.admin,
    stop: async () => {
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
