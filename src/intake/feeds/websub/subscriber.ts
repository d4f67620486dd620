import { isSame, newSecret } from '../../../editors/secrets.ts';
import type { Logger } from '../../../ops/logger.ts';
import { reasonOf } from '../../../outlets/told.ts';
import { addressFault } from '../../../outlets/webhooks/address.ts';
import type { Post } from '../../../outlets/webhooks/post.ts';
import type { HubAsk, HubLease, LeaseStore } from './lease-store.ts';
import type { HubLinks } from './links.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** What we ask for; a hub may give another one. */
const LEASE_S = 10 * 24 * 3600;
/** A hub that gives a longer lease is asked again all the same. */
const LONGEST_LEASE_S = 30 * 24 * 3600;
/** The pauses between two requests to a hub that has not said yes: twice as long each time. */
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [10 * MINUTE_MS, DAY_MS];
/** While a hub sends, we look so many times less often, an hour at most. */
const SLOWER = 10;
const MOST_CHALLENGE = 2048;

/** What a hub says in the query of our callback (WebSub, sections 5.2 and 5.3). */
export interface HubQuery {
  readonly mode: string;
  readonly topic: string;
  readonly challenge: string;
  readonly leaseSeconds: number | undefined;
  readonly reason: string;
}

/**
 * Has hubs send us feeds (W3C WebSub, as a subscriber).
 *
 *     none ── a look finds a hub ───► asked ── the hub verifies ───► leased ── a quarter is left ───► asked again
 *     asked, leased ── the hub denies, or the feed has another hub or none ──► none
 */
export interface Subscriber {
  /** After a look. @param links undefined: the feed has no hub */
  follow(sourceId: string, links: HubLinks | undefined): Promise<void>;
  /** After a look that found nothing new, not even whether there is a hub. */
  renew(sourceId: string): Promise<void>;
  /** How often to look, since a hub may be sending. Seconds. */
  pauseFor(sourceId: string, everySeconds: number): Promise<number>;
  /** A look found something that the hub had not sent, or the hub has sent. */
  setBehind(sourceId: string, behind: boolean): Promise<void>;
  leave(sourceId: string): Promise<void>;
  /** @returns what to answer a hub that asks; undefined: no */
  confirm(sourceId: string, token: string, query: HubQuery): Promise<string | undefined>;
  /** What the hub signs with; undefined: it is not the hub that we asked. */
  secretOf(sourceId: string, token: string): Promise<string | undefined>;
  /** For the desk. */
  standing(
    sourceId: string,
  ): Promise<{ hub: string; until: number | null; fault: string | null } | undefined>;
}

export function createSubscriber(deps: {
  readonly store: LeaseStore;
  readonly post: Post;
  readonly publicUrl: string;
  readonly allowedOrigins: readonly string[];
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Subscriber {
  const { store, logger, now } = deps;

  const send = async (sourceId: string, mode: 'subscribe' | 'unsubscribe', ask: HubAsk): Promise<void> => {
    const fault = addressFault(ask.hub, deps.allowedOrigins);
    if (fault !== undefined) throw new HubFault(`its address ${fault}`);
    const form = new URLSearchParams({
      'hub.mode': mode,
      'hub.topic': ask.topic,
      'hub.callback': `${deps.publicUrl}/v1/intake/${sourceId}/hub/${ask.token}`,
      ...(mode === 'subscribe' ? { 'hub.secret': ask.secret, 'hub.lease_seconds': String(LEASE_S) } : {}),
    });
    const headers = {
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': 'Ajil-WebSub/1.0',
    };
    const { status } = await deps.post(ask.hub, headers, form.toString());
    if (status < 200 || status > 299) throw new HubFault(`it answered ${status}`);
  };

  async function ask(sourceId: string, wanted: HubAsk): Promise<void> {
    // First, because the hub may verify before it answers.
    await store.putAsk(sourceId, wanted);
    try {
      await send(sourceId, 'subscribe', wanted);
    } catch (error) {
      const fault = error instanceof HubFault ? error.message : reasonOf(error);
      await store.putAsk(sourceId, { ...wanted, fault });
      logger.warn(
        { source: sourceId, fault },
        'the hub of a feed could not be asked; looking as often as before',
      );
    }
  }

  /** A hub that is gone ends the lease by itself. */
  async function leave(sourceId: string, known: HubAsk): Promise<void> {
    await store.leave(sourceId, known);
    await send(sourceId, 'unsubscribe', known).catch((error: unknown) => {
      const fault = error instanceof HubFault ? error.message : reasonOf(error);
      logger.info({ source: sourceId, fault }, 'could not leave the hub of a feed; its lease will end');
    });
  }

  async function askAgain(sourceId: string, known: HubAsk, lease: HubLease | undefined): Promise<void> {
    if (now() < nextAsk(known)) return;
    const tries = lease === undefined ? known.tries + 1 : 1;
    await ask(sourceId, { ...known, askedAt: now(), tries, fault: null });
  }

  const renew = async (sourceId: string): Promise<void> => {
    const [known, lease] = await Promise.all([store.ask(sourceId), store.lease(sourceId)]);
    if (known === undefined || (lease !== undefined && !isEnding(lease, now()))) return;
    await askAgain(sourceId, known, lease);
  };

  const isOurs = (known: HubAsk | undefined, token: string): known is HubAsk =>
    known !== undefined && isSame(known.token, token);

  return {
    renew,
    follow: async (sourceId, links) => {
      const known = await store.ask(sourceId);
      if (known !== undefined && (links?.hub !== known.hub || links.topic !== known.topic)) {
        await leave(sourceId, known);
      } else if (known !== undefined) {
        return renew(sourceId);
      }
      if (links === undefined) return;
      const secrets = { token: newSecret(), secret: newSecret() };
      await ask(sourceId, { ...links, ...secrets, askedAt: now(), tries: 1, fault: null });
    },
    pauseFor: async (sourceId, everySeconds) => {
      const [lease, behind] = await Promise.all([store.lease(sourceId), store.isBehind(sourceId)]);
      if (lease === undefined || behind) return everySeconds;
      const halfOfLease = (lease.until - now()) / 2000;
      return Math.max(everySeconds, Math.min(everySeconds * SLOWER, HOUR_MS / 1000, halfOfLease));
    },
    setBehind: async (sourceId, behind) => {
      if (behind && (await store.lease(sourceId)) === undefined) return;
      await store.setBehind(sourceId, behind);
    },
    leave: async (sourceId) => {
      const known = await store.ask(sourceId);
      if (known !== undefined) await leave(sourceId, known);
    },
    confirm: async (sourceId, token, { mode, topic, challenge, leaseSeconds = LEASE_S, reason }) => {
      if (challenge.length > MOST_CHALLENGE) return undefined;
      const known = await store.ask(sourceId);
      if (mode === 'unsubscribe') return (await store.left(token)) === topic ? challenge : undefined;
      if (!isOurs(known, token) || known.topic !== topic) return undefined;
      if (mode === 'denied') {
        await store.dropLease(sourceId);
        await store.putAsk(sourceId, {
          ...known,
          fault: `it denied the subscription: ${reason.slice(0, 200)}`,
        });
        logger.warn({ source: sourceId }, 'the hub of a feed denied the subscription');
        return '';
      }
      if (mode !== 'subscribe' || challenge === '') return undefined;
      const seconds = Math.min(leaseSeconds, LONGEST_LEASE_S);
      await store.putLease(sourceId, { token, until: now() + seconds * 1000, from: now() });
      return challenge;
    },
    secretOf: async (sourceId, token) => {
      const known = await store.ask(sourceId);
      return isOurs(known, token) ? known.secret : undefined;
    },
    standing: async (sourceId) => {
      const [known, lease] = await Promise.all([store.ask(sourceId), store.lease(sourceId)]);
      return known && { hub: known.hub, until: lease?.until ?? null, fault: known.fault };
    },
  };
}

/** Why a hub did not take a request. */
class HubFault extends Error {
  override readonly name = 'HubFault';
}

const nextAsk = ({ askedAt, tries }: HubAsk): number =>
  askedAt + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(tries - 1, 20), LONGEST_PAUSE_MS);

const isEnding = ({ from, until }: HubLease, nowMs: number): boolean => until - nowMs < (until - from) / 4;
