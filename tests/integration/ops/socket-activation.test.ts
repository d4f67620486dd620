import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freePorts } from '../../support/free-ports.ts';
import { findTestProgram } from '../../support/programs.ts';

const MAIN = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));
const activate = findTestProgram('systemd-socket-activate');

test.skipIf(activate === undefined)(
  'while the only server restarts, connections wait in the socket of systemd, and none is refused',
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'ajil-socket-'));
    const [port = 0] = await freePorts(1);
    const settings = { DATA_DIR: join(dir, 'data'), PORT: String(port), LOG_LEVEL: 'info' };
    // The tool listens as systemd does, and becomes the program at the first connection.
    const child = spawn(
      activate ?? '',
      [
        `--listen=127.0.0.1:${port}`,
        ...Object.entries(settings).map(([name, value]) => `--setenv=${name}=${value}`),
        process.execPath,
        MAIN,
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const lines: { msg?: string; part?: string; childPid?: number }[] = [];
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('{')) lines.push(JSON.parse(line) as (typeof lines)[number]);
    });
    const health = async (): Promise<number> => (await fetch(`http://127.0.0.1:${port}/healthz`)).status;
    const server = (): number | undefined =>
      lines.findLast(({ part, childPid }) => part === 'server' && childPid !== undefined)?.childPid;
    const restarts = (): number => lines.filter(({ msg }) => msg === 'server ended; restarting it').length;
    try {
      await expect.poll(() => health().catch(() => 'refused'), { timeout: 10_000 }).toBe(200);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const [pid, before] = [server() ?? 0, restarts()];
        process.kill(pid, signal);
        await expect.poll(restarts, { timeout: 10_000, interval: 5 }).toBe(before + 1);
        expect(await health()).toBe(200);
        expect(server()).not.toBe(pid);
      }
    } finally {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      await rm(dir, { recursive: true, force: true });
    }
  },
  60_000,
);
