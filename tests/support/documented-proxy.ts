import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentedBlock } from './documented-block.ts';
import { freePorts } from './free-ports.ts';
import { accepting, findNginx, runNginx, temporaryPaths } from './nginx.ts';
import { findTestProgram } from './programs.ts';
import type { TestCertificate } from './tls.ts';

export interface RunningProxy {
  readonly origin: string;
  readonly stop: () => Promise<void>;
}

/** A proxy with the block that docs/operations.md tells an operator to write, with this machine's ports and files. */
export interface DocumentedProxy {
  readonly name: string;
  readonly isHere: boolean;
  /** What a stranger gets for /metrics. */
  readonly metricsStatus: number;
  /** @param upstreams ports of one server, or of two */
  readonly run: (certificate: TestCertificate, upstreams: readonly number[]) => Promise<RunningProxy>;
}

const nginx: DocumentedProxy = {
  name: 'nginx',
  isHere: findNginx() !== undefined,
  metricsStatus: 403,
  run: (certificate, upstreams) =>
    runNginx(certificate, (dir, port) =>
      documentedBlock('operations.md', '```nginx\n', [
        [/^worker_rlimit_nofile .*$/m, ''],
        [/worker_connections \d+/, 'worker_connections 512'],
        [/^http \{$/m, `http { access_log off; ${temporaryPaths(dir)}`],
        [/127\.0\.0\.1:3000/, `127.0.0.1:${upstreams[0]}`],
        // As the page says: one server, one line.
        [
          /^.*127\.0\.0\.1:3001(.*;).*$/m,
          upstreams[1] === undefined ? '' : `server 127.0.0.1:${upstreams[1]}$1`,
        ],
        [/listen 443 ssl/, `listen 127.0.0.1:${port} ssl`],
        [/ssl_certificate \S+;/, `ssl_certificate ${dir}/cert.pem;`],
        [/ssl_certificate_key \S+;/, `ssl_certificate_key ${dir}/key.pem;`],
      ]),
    ),
};

const caddyBinary = findTestProgram('caddy');

const caddy: DocumentedProxy = {
  name: 'Caddy',
  isHere: caddyBinary !== undefined,
  metricsStatus: 404,
  run: async (certificate, upstreams) => {
    const dir = await mkdtemp(join(tmpdir(), 'ajil-caddy-'));
    const [port = 0] = await freePorts(1);
    const origin = `https://127.0.0.1:${port}`;
    const block = documentedBlock('operations.md', '```\nalerts.news.example {', [
      [/^alerts\.news\.example \{$/m, `${origin} {\n  tls ${dir}/cert.pem ${dir}/key.pem`],
      [/127\.0\.0\.1:3000/, `127.0.0.1:${upstreams[0]}`],
      [/ 127\.0\.0\.1:3001/, upstreams[1] === undefined ? '' : ` 127.0.0.1:${upstreams[1]}`],
      // Debian 12 and 13 have Caddy 2.6.
      [/^.*stream_close_delay .*from Caddy 2\.7 on.*$/m, ''],
    ]);
    await writeFile(join(dir, 'cert.pem'), certificate.cert);
    await writeFile(join(dir, 'key.pem'), certificate.key, { mode: 0o600 });
    await writeFile(join(dir, 'Caddyfile'), `{\n  admin off\n  auto_https disable_redirects\n}\n${block}`);
    const child = spawn(caddyBinary ?? '', ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'], {
      cwd: dir,
      env: { HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (log = (log + piece).slice(-10_000)));
    try {
      await Promise.race([
        accepting(port),
        once(child, 'exit').then(() => Promise.reject(new Error(`caddy ended:\n${log}`))),
      ]);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return {
      origin,
      stop: async () => {
        // After SIGTERM it would wait for open streams.
        child.kill('SIGKILL');
        if (child.exitCode === null) await once(child, 'exit');
        await rm(dir, { recursive: true, force: true });
      },
    };
  },
};

export const DOCUMENTED_PROXIES: readonly DocumentedProxy[] = [nginx, caddy];
