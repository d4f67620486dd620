import { setTimeout as sleep } from 'node:timers/promises';
import { checkReceived } from './alert.ts';
import type { Contender } from './contender.ts';
import { startGenerator, type Arrival } from './generator.ts';
import { cpuMicros, residentBytes, type Cores } from './processes.ts';
import { median } from '../support/statistics.ts';

/** Published before anything counts: code is compiled, buffers have grown. */
const WARM_ALERTS = 5;
const SETTLE_MS = 1000;

/** What one contender did in one round. */
export interface Measurement {
  readonly connections: number;
  /** Why they are not as many as were asked for. */
  readonly refusal: string | undefined;
  readonly perSecond: number;
  /** Milliseconds from the publishing to the arrival at half, 99% and all of the clients: medians of the alerts. */
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
  readonly cpuMicrosPerDelivery: number;
  readonly bytesPerConnection: number;
  /** The part of the broadcasts' time in which the generator was not waiting. */
  readonly generatorBusy: number;
  readonly messageBytes: number;
}

export interface Plan {
  readonly connections: number;
  /** Fewer connections are a result, not a fault. */
  readonly orFewer: boolean;
  readonly alerts: number;
  readonly cores: Cores;
  readonly generator: readonly string[];
}

/**
 * Starts the contender, connects the clients and publishes, one alert after the other: the next when the last is with everyone.
 * @throws when an alert is lost, comes twice or differs at any client
 */
export async function measure(contender: Contender, plan: Plan): Promise<Measurement> {
  const running = await contender.start(plan.cores.server);
  try {
    const idle = await settled(running);
    const generator = await startGenerator({
      command: plan.generator,
      core: plan.cores.others,
      contender,
      port: running.port,
      connections: plan.connections,
    });
    try {
      if (generator.refusal !== undefined && !plan.orFewer)
        throw new Error(`${contender.label}: ${generator.refusal}`);
      const bytesPerConnection = ((await settled(running)) - idle) / generator.open;
      const publish = async (seq: number): Promise<Broadcast> => {
        const began = Number(process.hrtime.bigint());
        const [arrival] = await Promise.all([generator.arrived(seq), running.publish(seq)]);
        checkReceived(seq, arrival.text);
        return { began, ...arrival };
      };
      for (let seq = 1; seq <= WARM_ALERTS; seq++) await publish(seq);
      const cpuBefore = cpuMicros(running.pids);
      const broadcasts: Broadcast[] = [];
      for (let i = 1; i <= plan.alerts; i++) broadcasts.push(await publish(WARM_ALERTS + i));
      const cpu = cpuMicros(running.pids) - cpuBefore;
      return {
        connections: generator.open,
        refusal: generator.refusal,
        bytesPerConnection,
        cpuMicrosPerDelivery: cpu / (generator.open * plan.alerts),
        ...summarize(broadcasts, generator.open),
      };
    } finally {
      await generator.stop();
    }
  } finally {
    await running.stop();
  }
}

interface Broadcast extends Arrival {
  /** When it was published, by the clock of the arrivals. */
  readonly began: number;
}

async function settled(running: { pids: readonly number[]; settle(): Promise<void> }): Promise<number> {
  await sleep(SETTLE_MS);
  await running.settle();
  return residentBytes(running.pids);
}

function summarize(broadcasts: readonly Broadcast[], connections: number) {
  const total = broadcasts.reduce((sum, { began, last }) => sum + last - began, 0);
  const busy = broadcasts.reduce((sum, arrival) => sum + arrival.busy, 0);
  const ms = (field: 'p50' | 'p99' | 'last'): number =>
    median(broadcasts.map((arrival) => (arrival[field] - arrival.began) / 1e6));
  return {
    perSecond: (broadcasts.length * connections) / (total / 1e9),
    p50: ms('p50'),
    p99: ms('p99'),
    last: ms('last'),
    generatorBusy: busy / total,
    messageBytes: Buffer.byteLength(broadcasts[0]?.text ?? ''),
  };
}
