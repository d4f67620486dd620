import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../ops/logger.ts';
import type { GripMetrics } from './grip-metrics.ts';

/** A proxy that takes longer to answer does not answer. Milliseconds. */
const ANSWER_MS = 5000;
/** From one attempt to the next, doubling. Milliseconds. */
const RETRY_MS = { first: 100, most: 5000 };
/** Bytes that may wait for a proxy that is away. The oldest are dropped: lines that miss them ask. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
/** How long a server that ends waits for the last publication. Milliseconds. */
const PATIENCE_MS = 2000;

/** Hands publications to one proxy, in order: the next when it has taken the one before. */
export interface GripProxy {
  /** @param body JSON text of `{items}` */
  publish(body: string): void;
  close(): Promise<void>;
}

/** @param deps.token API token of the service; undefined: the proxy asks for none */
export function openGripProxy(deps: {
  url: string;
  token: string | undefined;
  logger: Logger;
  metrics: GripMetrics;
}): GripProxy {
  const { logger, metrics } = deps;
  const address = new URL('publish/', deps.url.endsWith('/') ? deps.url : `${deps.url}/`);
  // Fastly wants its token under a name of its own.
  const proof =
    deps.token === undefined ? {} : { 'Fastly-Key': deps.token, Authorization: `Bearer ${deps.token}` };
  const headers = { 'Content-Type': 'application/json', ...proof };
  const closing = new AbortController();
  const waiting: string[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | undefined;
  let away = false;

  async function post(body: string): Promise<void> {
    const signal = AbortSignal.any([AbortSignal.timeout(ANSWER_MS), closing.signal]);
    const answer = await fetch(address, { method: 'POST', headers, body, signal, redirect: 'error' });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`the proxy answered ${answer.status}`);
  }

  function noteOutcome(error: unknown): void {
    metrics.published(error === undefined ? 'accepted' : 'failed');
    if (away === (error !== undefined)) return;
    away = !away;
    if (away)
      logger.warn({ err: error, proxy: address.host }, 'cannot publish to the GRIP proxy; trying again');
    else logger.info({ proxy: address.host }, 'the GRIP proxy takes publications again');
  }

  async function run(): Promise<void> {
    let wait = RETRY_MS.first;
    for (let body = waiting[0]; body !== undefined && !closing.signal.aborted; body = waiting[0]) {
      try {
        await post(body);
        noteOutcome(undefined);
        wait = RETRY_MS.first;
        // While it was on its way, it may have been dropped.
        if (waiting[0] === body) drop();
      } catch (error) {
        if (closing.signal.aborted) break;
        noteOutcome(error);
        await sleep(wait, undefined, { signal: closing.signal }).catch(() => undefined);
        wait = Math.min(wait * 2, RETRY_MS.most);
      }
    }
    running = undefined;
  }

  function drop(): void {
    waitingBytes -= waiting.shift()?.length ?? 0;
  }

  return {
    publish: (body) => {
      waiting.push(body);
      waitingBytes += body.length;
      while (waitingBytes > MOST_WAITING_BYTES && waiting.length > 1) {
        drop();
        metrics.published('dropped');
      }
      running ??= run();
    },
    close: async () => {
      await Promise.race([running, sleep(PATIENCE_MS, undefined, { ref: false })]);
      closing.abort();
      await running;
    },
  };
}
