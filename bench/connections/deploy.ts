import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveLog } from '../../src/live/log/log.ts';
import type { Gateways } from '../../tests/chaos/live/gateways.ts';
import { cpuMicros } from '../live/processes.ts';
import type { Lines } from './lines.ts';
import { sendAlert } from './steps.ts';

/** From one alert to the next, and from one look at the lines to the next, while servers restart. */
const ALERT_MS = 2000;
const LOOK_MS = 500;
/** A deploy that takes longer has failed. */
const PATIENCE_MS = 15 * 60_000;

export interface Deploy {
  /** From the first server's end until the last server takes requests. */
  readonly restartSeconds: number;
  /** From the first server's end until every line is back. */
  readonly seconds: number;
  readonly lost: number;
  /** Lines that came back in the busiest second. */
  readonly peakPerSecond: number;
  /** Cores that the servers used in the busiest second. */
  readonly peakCores: number;
  readonly alerts: number;
}

/** Restarts one server after the other by SIGTERM, while alerts go out. Every line must have each of them at the end. */
export async function deploy(deps: {
  servers: Gateways;
  pids: () => number[];
  lines: Lines;
  log: LiveLog;
  count: number;
}): Promise<Deploy> {
  const { servers, lines, log, count } = deps;
  lines.reset();
  const over = new AbortController();
  const began = performance.now();
  const beganNs = Number(process.hrtime.bigint());
  const peakOfCores = watchCores(deps.pids, over.signal);
  let alerts = 0;
  const news = (async () => {
    for (; !over.signal.aborted; alerts++) {
      await sendAlert(log);
      await sleep(ALERT_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  for (const index of servers.origins.keys()) {
    await servers.end(index, 'SIGTERM');
    await servers.restart(index);
  }
  const restartSeconds = (performance.now() - began) / 1000;
  let state = await lines.state();
  while (state.ready < count) {
    if (performance.now() - began > PATIENCE_MS) throw new Error(`only ${state.ready} lines are back`);
    await sleep(LOOK_MS);
    state = await lines.state();
  }
  over.abort();
  await news;
  const peakCores = await peakOfCores;
  const last = await sendAlert(log);
  await lines.arrived(last);
  const { lost, peak, lastBack } = await lines.state();
  const seconds = Math.max(0, lastBack - beganNs) / 1e9;
  return { restartSeconds, seconds, lost, peakPerSecond: peak, peakCores, alerts: alerts + 1 };
}

/** Cores in the busiest second, of processes that come and go. */
async function watchCores(pids: () => number[], over: AbortSignal): Promise<number> {
  let peak = 0;
  let before = new Map<number, number>();
  while (!over.aborted) {
    const after = new Map(pids().map((pid) => [pid, cpuOf(pid)]));
    const used = [...after].reduce((sum, [pid, micros]) => sum + micros - (before.get(pid) ?? micros), 0);
    peak = Math.max(peak, used / 1e6);
    before = after;
    await sleep(1000, undefined, { signal: over }).catch(() => undefined);
  }
  return peak;
}

/** 0 of a process that has ended. */
function cpuOf(pid: number): number {
  try {
    return cpuMicros([pid]);
  } catch {
    return 0;
  }
}
