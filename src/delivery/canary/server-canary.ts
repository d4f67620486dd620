import type { AddressInfo } from 'node:net';
import type { Config } from '../../config.ts';
import type { CanaryProofs } from '../../live/canary.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Metrics } from '../../ops/metrics.ts';
import type { Redis } from '../../redis/connect.ts';
import { openCanaryQueue } from './job.ts';
import { tellCanary } from './metrics.ts';
import { openCanary } from './runner.ts';
import { createCanaryState, describeCanary } from './state.ts';
import { createPushWay, createSocketWay } from './ways.ts';

/** A server's part of the canary. */
export interface ServerCanary {
  /** For `/readyz`; undefined: there is no canary. */
  readonly check: (() => Promise<string>) | undefined;
  /** Begins once the server listens. @param at its own address, which systemd may have chosen @returns how to end it */
  start(at: AddressInfo): () => Promise<void>;
}

export function createServerCanary(deps: {
  readonly config: Pick<Config, 'canarySeconds'>;
  readonly redis: Redis;
  readonly name: string;
  readonly proofs: CanaryProofs;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): ServerCanary {
  const { redis, metrics, now, config } = deps;
  const { canarySeconds: seconds } = config;
  if (seconds === 0) return { check: undefined, start: () => () => Promise.resolve() };
  const state = createCanaryState(redis);
  tellCanary(metrics, state);
  return {
    check: async () => describeCanary(await state.read(), seconds, now()),
    start: ({ address: bound, port }) => {
      const queue = openCanaryQueue(redis);
      const address = { host: localHost(bound), port };
      const ways = {
        push: createPushWay({ redis, queue }),
        socket: createSocketWay({ ...deps, address: () => address }),
      };
      const canary = openCanary({ ...deps, seconds, ways, state });
      return async () => {
        await canary.close();
        await queue.close();
      };
    },
  };
}

/** Where this process reaches its own port: it may listen on every address. */
const localHost = (bound: string): string => (/^(0\.0\.0\.0|::)$/.test(bound) ? '127.0.0.1' : bound);
