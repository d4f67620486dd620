import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '../../../tests/support/machine.ts';
import { freePorts } from '../../../tests/support/free-ports.ts';
import { accepting, findNginx } from '../../../tests/support/nginx.ts';
import { benchMessage } from '../alert.ts';
import type { Contender, Skipped } from '../contender.ts';
import { spawnOn, stopProcess } from '../processes.ts';

const MODULES = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/usr/local/lib/nginx/modules'];

/** nginx with nchan, one worker. It sheds connections above 15/16 of its `worker_connections`. */
export function nchan(connections: number): Contender | Skipped {
  const binary = findNginx();
  const module = MODULES.map((folder) => join(folder, 'ngx_nchan_module.so')).find((file) =>
    existsSync(file),
  );
  if (binary === undefined || module === undefined) {
    return { skipped: 'nginx with nchan: not here (Debian: apt-get install nginx libnginx-mod-nchan)' };
  }
  const version = /nginx\/\S+/.exec(spawnSync(binary, ['-v'], { encoding: 'utf8' }).stderr)?.[0] ?? 'nginx';
  return {
    name: 'nchan',
    label: `${version}, nchan`,
    path: '/live',
    protocol: 'plain',
    greetings: 0,
    start: async (core) => {
      const dir = await mkdtemp(join(tmpdir(), 'ajil-nchan-'));
      const [port = 0] = await freePorts(1);
      await writeFile(join(dir, 'nginx.conf'), configuration(dir, port, module, connections));
      const command = [binary, '-c', join(dir, 'nginx.conf'), '-p', dir, '-e', join(dir, 'error.log')];
      const child = spawnOn(core, command, 'ignore');
      await accepting(port);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const pid = child.pid ?? -1;
      return {
        port,
        pids: await workersOf(pid),
        publish: (seq) => post(agent, port, benchMessage(seq, Date.now())),
        settle: async () => undefined,
        stop: async () => {
          agent.destroy();
          await stopProcess(child, 'SIGTERM');
          await rm(dir, { recursive: true, force: true });
        },
      };
    },
  };
}

/** The master listens before it has its worker. */
async function workersOf(pid: number): Promise<number[]> {
  for (;;) {
    const children = childrenOf(pid);
    if (children.length > 0) return children;
    await sleep(10);
  }
}

function post(agent: Agent, port: number, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(text) };
    const call = request({ agent, port, method: 'POST', path: '/publish', headers }, (response) => {
      response.resume();
      response.once('end', resolve);
    });
    call.once('error', reject);
    call.end(text);
  });
}

function configuration(dir: string, port: number, module: string, connections: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
load_module ${module};
daemon off; pid ${dir}/pid; worker_processes 1; worker_rlimit_nofile ${connections};
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections ${connections}; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
  nchan_shared_memory_size 128m;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /live { nchan_subscriber websocket; nchan_channel_id alerts; nchan_subscriber_first_message newest; nchan_websocket_ping_interval 25s; }
    location = /publish { nchan_publisher; nchan_channel_id alerts; nchan_message_timeout 1h; }
  }
}
`;
}
