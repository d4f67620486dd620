import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('../../examples/news-site/server.mjs', import.meta.url));

/** The example of a publisher's site, in a process of its own. @param ajil its origin */
export async function startNewsSite(port: number, ajil: string): Promise<{ stop(): Promise<void> }> {
  const env = { PATH: process.env['PATH'], PORT: String(port), AJIL: ajil };
  const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
