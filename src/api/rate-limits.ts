import { createHmac, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { addressBucket } from '../ops/address.ts';
import type { Logger } from '../ops/logger.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { Problem } from './problem.ts';

/** At most `points` requests in `seconds`. */
export interface Limit {
  readonly points: number;
  readonly seconds: number;
}

/**
 * Per editor: more than a newsroom types, less than a loop gone wild. Per address: many readers share one behind a
 * mobile carrier, so those bounds stop floods, not crowds.
 */
export const DEFAULT_LIMITS = {
  editor: { points: 600, seconds: 60 },
  signIn: { points: 30, seconds: 15 * 60 },
  subscriptions: { points: 3000, seconds: 10 * 60 },
  receipts: { points: 10_000, seconds: 10 * 60 },
} as const satisfies Record<string, Limit>;
export type Limits = Readonly<Record<keyof typeof DEFAULT_LIMITS, Limit>>;

export interface RateLimits {
  /** Never stands in an editor's way when the counting itself fails. @throws {Problem} 429 */
  takeEditor(editorId: string, response: Response): Promise<void>;
  /** Counts by address; when the counting fails the request fails too. @throws {Problem} 429 */
  takeAddress(name: Exclude<keyof Limits, 'editor'>, request: Request, response: Response): Promise<void>;
}

const SALT_LIFE_SECONDS = 24 * 60 * 60;
const SALT_CACHE_MS = 5 * 60_000;

/**
 * Counters in Redis, common to all processes. Addresses are not kept: a counter is named by a hash of the address with
 * a salt that is thrown away daily.
 */
export function createRateLimits(deps: {
  redis: Redis;
  addressOf: (request: Request) => string;
  limits: Limits;
  logger: Logger;
  now: () => number;
}): RateLimits {
  const limiter = (name: keyof Limits): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient: deps.redis,
      keyPrefix: `${keys.limits}:${name}`,
      points: deps.limits[name].points,
      duration: deps.limits[name].seconds,
    });
  const limiters = {
    editor: limiter('editor'),
    signIn: limiter('signIn'),
    subscriptions: limiter('subscriptions'),
    receipts: limiter('receipts'),
  };
  let salt = { value: '', until: 0 };

  async function currentSalt(): Promise<string> {
    if (deps.now() < salt.until) return salt.value;
    const fresh = randomBytes(32).toString('base64url');
    await deps.redis.set(keys.limitsSalt, fresh, 'EX', SALT_LIFE_SECONDS, 'NX');
    salt = { value: (await deps.redis.get(keys.limitsSalt)) ?? fresh, until: deps.now() + SALT_CACHE_MS };
    return salt.value;
  }

  async function take(name: keyof Limits, key: string, response: Response): Promise<void> {
    const taken = await limiters[name].consume(key).catch((refused: unknown) => {
      if (refused instanceof RateLimiterRes) return refused;
      throw refused;
    });
    const { points, seconds } = deps.limits[name];
    const resetSeconds = Math.max(1, Math.ceil(taken.msBeforeNext / 1000));
    // draft-ietf-httpapi-ratelimit-headers-10
    response.set('RateLimit-Policy', `"${name}";q=${points};w=${seconds}`);
    response.set('RateLimit', `"${name}";r=${taken.remainingPoints};t=${resetSeconds}`);
    if (taken.consumedPoints > points) {
      throw new Problem('too-many-requests', `Wait ${resetSeconds} s.`, {
        headers: { 'Retry-After': String(resetSeconds) },
      });
    }
  }

  return {
    takeEditor: async (editorId, response) => {
      try {
        await take('editor', editorId, response);
      } catch (error) {
        if (error instanceof Problem) throw error;
        deps.logger.warn(
          { err: error },
          'an editor was let through uncounted: the rate limit did not answer',
        );
      }
    },
    takeAddress: async (name, request, response) => {
      const address = createHmac('sha256', await currentSalt()).update(
        addressBucket(deps.addressOf(request)),
      );
      await take(name, address.digest('base64url').slice(0, 22), response);
    },
  };
}
