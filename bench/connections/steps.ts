import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveLog } from '../../src/live/log/log.ts';
import { benchAlert } from '../live/alert.ts';
import { cpuMicros } from '../live/processes.ts';
import type { Arrival, Lines } from './lines.ts';

const SETTLE_MS = 5000;
/** One heartbeat of every line. */
const IDLE_MS = 25_000;

let sent = 0;

export const settle = (): Promise<void> => sleep(SETTLE_MS);

/** @returns the offset of the alert in the log */
export async function sendAlert(log: LiveLog): Promise<number> {
  const { cursor } = await log.append(benchAlert(++sent, Date.now()));
  return Number(cursor.split(':')[1]);
}

/** Cores that the servers use while nothing happens but heartbeats. */
export async function watchIdle(pids: readonly number[]): Promise<number> {
  const before = cpuMicros(pids);
  await sleep(IDLE_MS);
  return (cpuMicros(pids) - before) / 1000 / IDLE_MS;
}

/** ms from the publishing to the arrival. */
export async function sendAlerts(log: LiveLog, lines: Lines, count: number): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  for (let number = 0; number < count; number++) {
    const began = Number(process.hrtime.bigint());
    const arrival = await lines.arrived(await sendAlert(log));
    const ms = (at: number): number => (at - began) / 1e6;
    arrivals.push({
      first: ms(arrival.first),
      p50: ms(arrival.p50),
      p99: ms(arrival.p99),
      last: ms(arrival.last),
    });
  }
  return arrivals;
}
