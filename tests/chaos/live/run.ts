import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from '../../../src/ops/logger.ts';
import { closeRedis, connectRedis } from '../../../src/redis/connect.ts';
import { seededRandom } from '../../support/random.ts';
import { startTestRedis } from '../../support/redis.ts';
import { createAlertSource, FLOOD_TOPIC, LANGUAGES, pick, TOPICS, URGENCIES } from './alert-source.ts';
import { startClient, type ChaosClient, type Temper } from './client.ts';
import { faultOf, type FaultName } from './faults.ts';
import { freePorts } from '../../support/free-ports.ts';
import { startGateways } from './gateways.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createModel, type Filter } from './model.ts';
import { startChaosProxy } from './proxy.ts';
import { openNewsroom } from './newsroom.ts';
import { createTranscript } from './trace.ts';
import { isComplete, verify } from './verify.ts';

export interface ChaosOptions {
  /** A fault each. */
  readonly faults: readonly FaultName[];
  readonly clients: number;
  /** The faults, the alerts and every client's whims follow from it; when the processes do what does not. */
  readonly seed: number;
  /** The clients come through a Pushpin, all by SSE. */
  readonly proxied?: boolean;
  readonly progress: (line: string) => void;
}

const SERVERS = 2;
/** Filters are few, so that many clients share each, as readers do. */
const FILTERS = 40;
const FLOODED_CLIENTS = 4;
/** Between two faults. */
const BREATHER_MS = 1000;
/** A blocking read of the log lasts 5 s, a client's longest wait 1.6 s. */
const CATCH_UP_MS = 30_000;
/** A proxied line whose last publication was lost asks within four minutes. */
const ASK_MS = 240_000;

/** Runs the faults one after the other while alerts flow, then lets everything catch up and looks at every client. */
export async function runChaos(options: ChaosOptions): Promise<Ledger> {
  const random = seededRandom(options.seed);
  const { proxied = false } = options;
  const title = `chaos: ${options.faults.length} rounds, ${options.clients} clients, ${SERVERS} servers, seed ${options.seed}`;
  const ledger = createLedger(title, proxied);
  const logger = createLogger({ level: 'silent', role: 'chaos' });
  const redis = await startTestRedis();
  const writer = connectRedis(redis.url, 'worker', logger);
  const ports = await freePorts(SERVERS);
  const proxy = proxied ? await startChaosProxy(ports) : undefined;
  const gateways = await startGateways({ redisUrl: redis.url, ports, env: proxy?.env ?? {} });
  const model = createModel();
  const transcript = createTranscript();
  const filters = Array.from({ length: FILTERS }, () => anyFilter(random));
  const clients = Array.from({ length: options.clients }, (_, index): ChaosClient => {
    const flooded = index < FLOODED_CLIENTS;
    return startClient({
      name: `client ${index}`,
      kind: random() < 0.7 && !proxied ? 'websocket' : 'sse',
      temper: flooded ? 'steady' : pick<Temper>(['steady', 'steady', 'slow', 'dropping'], random),
      filter: flooded ? { topics: [FLOOD_TOPIC], urgency: 'normal', lang: undefined } : pick(filters, random),
      address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
      origins: proxy === undefined ? gateways.origins : [proxy.origin],
      transcript,
      random: seededRandom(options.seed + 1 + index),
      onEnd: (end) => ledger.end(end),
    });
  });
  const source = createAlertSource(random);
  const newsroom = openNewsroom({ redis: writer, model, source, random });
  const world = { gateways, proxy, redis, clients, random, wipe: newsroom.wipe, flood: newsroom.flood };
  try {
    for (const [index, fault] of options.faults.entries()) {
      const began = performance.now();
      const before = newsroom.written;
      await sleep(random() * BREATHER_MS);
      await faultOf(fault)(world);
      ledger.round(fault, newsroom.written - before, performance.now() - began);
      options.progress(`round ${index + 1} of ${options.faults.length}: ${fault}`);
    }
    await newsroom.close();
    for (const client of clients) client.calm();
    const missing = await untilComplete(CATCH_UP_MS + (proxied ? ASK_MS : 0), () =>
      clients.filter((client) => !isComplete(client.trace, client.position(), model)),
    );
    options.progress(`${clients.length - missing} of ${clients.length} clients are complete`);
    for (const client of clients)
      ledger.verdict(verify(client.trace, model, { complete: true, mayAsk: proxied }));
  } catch (error) {
    throw new Error(`${ledger.toString()}\n${gateways.logs()}`, { cause: error });
  } finally {
    for (const client of clients) client.close();
    await gateways.stop();
    await proxy?.stop();
    await closeRedis(writer);
    await redis.stop();
  }
  return ledger;
}

/** @returns how many are still missing when the time is over */
async function untilComplete(patienceMs: number, missing: () => readonly unknown[]): Promise<number> {
  const deadline = performance.now() + patienceMs;
  while (missing().length > 0 && performance.now() < deadline) await sleep(50);
  return missing().length;
}

function anyFilter(random: () => number): Filter {
  const topics = random() < 0.2 ? [] : TOPICS.filter(() => random() < 0.4);
  return {
    topics,
    urgency: pick(URGENCIES, random),
    lang: random() < 0.5 ? undefined : pick(LANGUAGES, random).slice(0, 2),
  };
}
