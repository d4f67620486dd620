import { cpus, loadavg, release, totalmem } from 'node:os';
import { median } from '../support/statistics.ts';
import type { Deploy } from './deploy.ts';
import type { Arrival } from './lines.ts';
import type { KernelMemory } from './memory.ts';
import type { Options } from './options.ts';

const round = (value: number, digits = 0): string =>
  value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });
const megabytes = (bytes: number): string => `${round(bytes / 1e6)} MB`;

export function printMachine({ lines, servers, perProcess }: Options): void {
  const [cpu] = cpus();
  console.log(
    `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} CPUs, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.versions.node}; load ${loadavg()
      .map((value) => value.toFixed(1))
      .join(', ')}`,
  );
  console.log(
    `${round(lines)} lines to ${servers} servers, each of at most ${round(perProcess)} (its descriptors)`,
  );
}

export function printIdle(idle: {
  lines: number;
  servers: number;
  opened: { seconds: number; peak: number };
  empty: number;
  resident: number;
  kernel: KernelMemory;
  cpu: number;
}): void {
  const { lines, kernel, opened } = idle;
  const each = (bytes: number): string => round(bytes / lines);
  const caches = [...kernel.caches].map(([name, bytes]) => `${name} ${each(bytes)}`);
  console.log(`
| idle lines | |
| --- | --- |
| opened | ${round(opened.seconds, 1)} s, ${round(lines / opened.seconds)} handshakes a second (most ${round(opened.peak)}) |
| servers’ memory a line (RSS) | ${each(idle.resident)} bytes; ${megabytes(idle.resident)} more than the ${megabytes(idle.empty)} of ${idle.servers} servers without lines |
| kernel’s memory a line, both ends | ${each(kernel.slab)} bytes, and ${each(kernel.buffers)} in buffers; ${megabytes(kernel.slab)}, ${round(kernel.sockets)} sockets |
| its largest caches, bytes a line | ${caches.length === 0 ? 'only root may see them' : caches.join(', ')} |
| servers’ CPU for heartbeats | ${round(idle.cpu, 2)} cores; ${round((idle.cpu * 25e6) / lines)} µs a heartbeat |`);
}

export function printAlerts(arrivals: readonly Arrival[]): void {
  const of = (field: keyof Arrival): string => {
    const values = arrivals.map((arrival) => arrival[field]);
    return `${round(median(values))} (${round(Math.min(...values))} to ${round(Math.max(...values))})`;
  };
  console.log(`
| an alert to all, ms | median of ${arrivals.length} (least to most) |
| --- | --- |
| first | ${of('first')} |
| p50 | ${of('p50')} |
| p99 | ${of('p99')} |
| last | ${of('last')} |`);
}

export function printDeploy(deploy: Deploy): void {
  console.log(`
| a deploy: every server restarted, one after the other | |
| --- | --- |
| all servers restarted after | ${round(deploy.restartSeconds, 1)} s |
| all lines back after | ${round(deploy.seconds, 1)} s; ${round(deploy.lost)} were lost and came back |
| handshakes in the busiest second | ${round(deploy.peakPerSecond)} |
| servers’ CPU in the busiest second | ${round(deploy.peakCores, 2)} cores |
| alerts meanwhile | ${deploy.alerts}; every line has each once |`);
}
