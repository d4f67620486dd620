import { createHmac, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { addressBucket } from './client-address.ts';
import type { Logger } from '../ops/logger.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { Problem } from './problem.ts';

/** At most `points` requests in `seconds`. */
export interface RateBound {
  readonly points: number;
  readonly seconds: number;
}

/**
 * Per editor: more than a newsroom types, less than a faulty loop. Per address: many readers of a mobile carrier share one
 * address, so these bounds stop floods, not crowds. Only refused keys are counted: a right key is always accepted, even after
 * many wrong keys from the same newsroom or proxy.
 */
export const DEFAULT_RATE_LIMITS = {
  editor: { points: 600, seconds: 60 },
  /** New versions of alerts: each stores a record, an audience and a report for days. */
  versions: { points: 5000, seconds: 24 * 60 * 60 },
  /** Test sends: an editor tries a text a few times. */
  tests: { points: 30, seconds: 10 * 60 },
  signIn: { points: 30, seconds: 15 * 60 },
  /** Challenges for passkeys: each is kept for five minutes. */
  passkeys: { points: 600, seconds: 5 * 60 },
  subscriptions: { points: 3000, seconds: 10 * 60 },
  /** Requests to the hub. Each makes us call an address that a stranger named: seldom the same host, and not many in all. */
  websub: { points: 120, seconds: 10 * 60 },
  callbackHost: { points: 30, seconds: 60 },
  callbacks: { points: 600, seconds: 60 },
} as const satisfies Record<string, RateBound>;
export type RateBounds = Readonly<Record<keyof typeof DEFAULT_RATE_LIMITS, RateBound>>;

export interface RateLimits {
  /** Counts a request of an editor. When the counting fails, the request passes. @throws {Problem} 429 */
  takeEditor(editorId: string, response: Response): Promise<void>;
  /** Does the same for a request that makes a version. */
  takeVersion(editorId: string): Promise<void>;
  /** Does the same for a test send. */
  takeTest(editorId: string): Promise<void>;
  /** Counts by address. When the counting fails, the request fails too. @throws {Problem} 429 */
  takeAddress(
    name: 'subscriptions' | 'passkeys' | 'websub',
    request: Request,
    response: Response,
  ): Promise<void>;
  /** Counts a call to a host that a stranger named. When the counting fails, the request fails too. @throws {Problem} 429 */
  takeCallback(host: string): Promise<void>;
  /** Counts an unknown key, by address. @throws {Problem} 429 */
  takeRefusedKey(request: Request): Promise<void>;
}

const SALT_LIFE_SECONDS = 24 * 60 * 60;
const SALT_CACHE_MS = 5 * 60_000;

/**
 * Counters in Redis, shared by all processes. Addresses are not stored: the name of a counter is a hash of the address and a
 * salt that changes daily.
 */
export function createRateLimits(deps: {
  redis: Redis;
  addressOf: (request: Request) => string;
  limits: RateBounds;
  logger: Logger;
  now: () => number;
}): RateLimits {
  const limiter = (name: keyof RateBounds): RateLimiterRedis =>
    new RateLimiterRedis({
      storeClient: deps.redis,
      keyPrefix: `${keys.limits}:${name}`,
      points: deps.limits[name].points,
      duration: deps.limits[name].seconds,
      // A flood above the bound costs Redis nothing, and whoever has reached it is refused without a wait for Redis.
      inMemoryBlockOnConsumed: deps.limits[name].points,
    });
  const limiters = {
    editor: limiter('editor'),
    versions: limiter('versions'),
    tests: limiter('tests'),
    signIn: limiter('signIn'),
    passkeys: limiter('passkeys'),
    subscriptions: limiter('subscriptions'),
    websub: limiter('websub'),
    callbackHost: limiter('callbackHost'),
    callbacks: limiter('callbacks'),
  };
  let salt = { value: '', until: 0 };

  async function currentSalt(): Promise<string> {
    if (deps.now() < salt.until) return salt.value;
    const fresh = randomBytes(32).toString('base64url');
    await deps.redis.set(keys.limitsSalt, fresh, 'EX', SALT_LIFE_SECONDS, 'NX');
    salt = { value: (await deps.redis.get(keys.limitsSalt)) ?? fresh, until: deps.now() + SALT_CACHE_MS };
    return salt.value;
  }

  async function take(name: keyof RateBounds, key: string, response?: Response): Promise<void> {
    let refused = false;
    const taken = await limiters[name].consume(key).catch((why: unknown) => {
      if (!(why instanceof RateLimiterRes)) throw why;
      refused = true;
      return why;
    });
    const { points, seconds } = deps.limits[name];
    const resetSeconds = Math.max(1, Math.ceil(taken.msBeforeNext / 1000));
    // draft-ietf-httpapi-ratelimit-headers-10
    response?.set('RateLimit-Policy', `"${name}";q=${points};w=${seconds}`);
    response?.set('RateLimit', `"${name}";r=${taken.remainingPoints};t=${resetSeconds}`);
    if (!refused) return;
    throw new Problem('too-many-requests', `Wait ${resetSeconds} s.`, {
      headers: { 'Retry-After': String(resetSeconds) },
    });
  }

  async function leniently(taking: Promise<void>): Promise<void> {
    try {
      await taking;
    } catch (error) {
      if (error instanceof Problem) throw error;
      deps.logger.warn(
        { err: error },
        'could not count an editor’s request for the rate limit; the request was let through',
      );
    }
  }

  async function bucketOf(request: Request): Promise<string> {
    const hash = createHmac('sha256', await currentSalt()).update(addressBucket(deps.addressOf(request)));
    return hash.digest('base64url').slice(0, 22);
  }

  return {
    takeEditor: (editorId, response) => leniently(take('editor', editorId, response)),
    takeVersion: (editorId) => leniently(take('versions', editorId)),
    takeTest: (editorId) => leniently(take('tests', editorId)),
    takeAddress: async (name, request, response) => take(name, await bucketOf(request), response),
    takeCallback: async (host) => {
      await take('callbackHost', host);
      await take('callbacks', 'all');
    },
    takeRefusedKey: async (request) => take('signIn', await bucketOf(request)),
  };
}
