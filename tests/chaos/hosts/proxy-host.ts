import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentedBlock } from '../../support/documented-block.ts';
import type { Host } from './network.ts';

const PORT = 8080;

/** HAProxy with the block of docs/operations.md, without TLS. @returns its origin, and what ends it */
export async function startProxy(
  binary: string,
  host: Host,
  servers: readonly { readonly address: string; readonly port: number }[],
  dir: string,
): Promise<{ readonly origin: string; stop(): void }> {
  const [one, two] = servers.map(({ address, port }) => `${address}:${port}`);
  const block = documentedBlock('operations.md', '```haproxy\n', [
    [/bind :443 .*$/m, `bind :${PORT}`],
    [/10\.0\.0\.11:3000/, one ?? ''],
    [/10\.0\.0\.12:3000/, two ?? ''],
  ]);
  const file = join(dir, 'haproxy.cfg');
  await writeFile(file, `global\n  maxconn 4000\n${block}`);
  const [enter, ...rest] = [...host.enter, binary, '-db', '-f', file];
  const child = spawn(enter, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
  return { origin: `http://${host.address}:${PORT}`, stop: () => void child.kill('SIGKILL') };
}
