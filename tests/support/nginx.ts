import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.ts';
import { findTestProgram } from './programs.ts';
import type { TestCertificate } from './tls.ts';

/** Where nginx is, if it is here. `NGINX` names one that lies elsewhere. */
export function findNginx(): string | undefined {
  const named = process.env['NGINX'] ?? '';
  return existsSync(named) ? named : findTestProgram('nginx');
}

export interface TestNginx {
  readonly origin: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/**
 * An nginx with HTTP/2 and HTTP/1.1 on loopback that answers every POST with 201.
 * @param options.server further directives for the server block
 * @param options.http further directives for the http block
 * @param options.core CPU to pin it to (with `taskset`)
 */
export function startNginx(
  certificate: TestCertificate,
  options: { server?: string; http?: string; core?: number } = {},
): Promise<TestNginx> {
  return runNginx(certificate, (dir, port) => configuration(dir, port, options), options.core);
}

/**
 * Runs nginx in a folder of its own, with cert.pem and key.pem in it.
 * @param configure its configuration; it must listen on `port`
 */
export async function runNginx(
  certificate: TestCertificate,
  configure: (dir: string, port: number) => string,
  core?: number,
): Promise<TestNginx> {
  const binary = findNginx();
  if (binary === undefined) throw new Error('no nginx');
  const dir = await mkdtemp(join(tmpdir(), 'ajil-nginx-'));
  const [port = 0] = await freePorts(1);
  await writeFile(join(dir, 'cert.pem'), certificate.cert);
  await writeFile(join(dir, 'key.pem'), certificate.key, { mode: 0o600 });
  const own = `daemon off; master_process off; pid ${dir}/pid; worker_processes 1;\n`;
  await writeFile(join(dir, 'nginx.conf'), own + configure(dir, port));
  const command = [binary, '-c', join(dir, 'nginx.conf'), '-p', dir, '-e', join(dir, 'error.log')];
  if (core !== undefined) command.unshift('taskset', '-c', String(core));
  const child = spawn(command[0] ?? '', command.slice(1), { stdio: 'ignore' });
  await accepting(port);
  return {
    origin: `https://127.0.0.1:${port}`,
    // taskset becomes nginx, and master_process is off: this one does the work.
    pid: child.pid ?? -1,
    stop: async () => {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Where nginx may write as whoever runs it. */
export const temporaryPaths = (dir: string): string =>
  ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${dir}/${name};`)
    .join(' ');

function configuration(dir: string, port: number, options: { server?: string; http?: string }): string {
  return `
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 75s; client_body_buffer_size 16k;
  ${temporaryPaths(dir)}
  ${options.http ?? ''}
  server {
    listen 127.0.0.1:${port} ssl http2 backlog=1024;
    ssl_certificate ${dir}/cert.pem; ssl_certificate_key ${dir}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
    ${options.server ?? ''}
    location / { add_header Location /message/1; return 201; }
  }
}
`;
}

/** Resolves when something accepts connections; nginx tells no other way. */
export async function accepting(port: number): Promise<void> {
  for (const deadline = Date.now() + 5000; ;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    } finally {
      socket.destroy();
    }
  }
}
