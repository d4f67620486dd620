import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findNginx, startNginx } from '../../tests/support/nginx.ts';
import { makeCertificate } from '../../tests/support/tls.ts';

/** A push service in a process of its own that takes every message, and writes down when. */
export interface CountingService {
  readonly name: string;
  readonly origin: string;
  readonly ca: string;
  readonly pid: number;
  /** Everything that it takes from now on. */
  watch(): Promise<{
    /** @returns how many it took, and when the first came, ms since 1970 */
    result(): Promise<{ taken: number; firstAt: number }>;
  }>;
  stop(): Promise<void>;
}

/** One line a message: the second it was taken, to the millisecond. */
const LINE_BYTES = '1700000000.000\n'.length;
const FLUSH_MS = 100;

/** nginx where it is, else `node:http2`, which takes more of the machine. */
export async function startCountingService(): Promise<CountingService> {
  const certificate = makeCertificate();
  const dir = await mkdtemp(join(tmpdir(), 'ajil-scale-service-'));
  const log = join(dir, 'taken');
  const started =
    findNginx() === undefined ? await startNode(certificate, log) : await startLogging(certificate, log);
  return {
    ...started,
    ca: certificate.ca,
    watch: async () => {
      await sleep(3 * FLUSH_MS);
      const from = (await stat(log)).size;
      return { result: () => readLog(log, from) };
    },
    stop: async () => {
      await started.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function startLogging(certificate: ReturnType<typeof makeCertificate>, log: string) {
  const nginx = await startNginx(certificate, {
    http: "log_format taken '$msec';",
    server: `access_log ${log} taken buffer=64k flush=100ms;`,
  });
  return { name: 'nginx', ...nginx };
}

async function startNode(certificate: ReturnType<typeof makeCertificate>, log: string) {
  const file = fileURLToPath(new URL('../http2-service.ts', import.meta.url));
  const child = spawn(process.execPath, [...process.execArgv, file, log], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify(certificate));
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    name: 'node:http2',
    origin: `https://127.0.0.1:${port.toString().trim()}`,
    pid: child.pid ?? -1,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Waits until nothing more comes. */
async function readLog(log: string, from: number): Promise<{ taken: number; firstAt: number }> {
  let size = from;
  for (;;) {
    await sleep(3 * FLUSH_MS);
    const now = (await stat(log)).size;
    if (now === size) break;
    size = now;
  }
  const file = await open(log);
  try {
    const { buffer } = await file.read(Buffer.alloc(LINE_BYTES), 0, LINE_BYTES, from);
    return { taken: (size - from) / LINE_BYTES, firstAt: Math.round(Number(buffer.toString()) * 1000) };
  } finally {
    await file.close();
  }
}
