import { Counter, Gauge } from 'prom-client';
import type { Logger } from '../../ops/logger.ts';
import type { Metrics } from '../../ops/metrics.ts';
import type { Provider } from './endpoint-policy.ts';
import type { PushAnswer } from '../types.ts';

/**
 * Holds back the removal of subscriptions while a push service answers "gone" for an unusual share of them
 * (FCM answered 404 in bulk on 2024-06-26; those readers were not gone).
 *
 * Call `note` with each final answer, and remove a subscription that is gone only if `mayRemove` then allows it. A
 * subscription that is kept gets the next alert, and is removed then if it is still gone.
 *
 *     free ── too large a share is gone ─────────────────────────────────────► held
 *     held ── the share is below half of that, after enough answers and time ─► free
 */
export interface RemovalBrake {
  note(provider: Provider, answer: PushAnswer): void;
  mayRemove(provider: Provider): boolean;
}

export interface RemovalBrakeLimits {
  /** Answers that are remembered for each provider. */
  readonly window: number;
  /** The share is computed from at least so many answers, because chance would decide among fewer. */
  readonly minAnswers: number;
  /** Share of "gone", 0 to 1, above which the brake holds. It releases below half of it. */
  readonly share: number;
  /** Shortest time that it holds, ms. */
  readonly holdMs: number;
}

/**
 * The brake holds at the 41st "gone" of the first 200 answers, and above 200 of the last 1,000: a mistake of a push
 * service costs no more.
 */
const DEFAULTS: RemovalBrakeLimits = { window: 1000, minAnswers: 200, share: 0.2, holdMs: 600_000 };

interface Track {
  /** A ring buffer with a 1 for each answer "gone". */
  readonly ring: Uint8Array;
  at: number;
  answers: number;
  gone: number;
  heldSince: number | undefined;
  sinceHeld: number;
}

/** @param deps.now ms, from any start */
export function createRemovalBrake(deps: {
  metrics: Metrics;
  logger: Logger;
  limits?: Partial<RemovalBrakeLimits>;
  now?: () => number;
}): RemovalBrake {
  const { metrics, logger, now = Date.now } = deps;
  const limits = { ...DEFAULTS, ...deps.limits };
  const tracks = new Map<Provider, Track>();
  const registers = [metrics];
  const labelNames = ['provider'] as const;
  const held = new Gauge({
    name: 'ajil_push_removal_brake_held',
    help: '1 while the brake keeps subscriptions that a push service reports as gone, because they are too many',
    labelNames,
    registers,
  });
  const kept = new Counter({
    name: 'ajil_push_removals_held_back_total',
    help: 'Subscriptions that a push service reported as gone and the brake kept',
    labelNames,
    registers,
  });

  function trackOf(provider: Provider): Track {
    let track = tracks.get(provider);
    if (track === undefined) {
      const ring = new Uint8Array(limits.window);
      track = { ring, at: 0, answers: 0, gone: 0, heldSince: undefined, sinceHeld: 0 };
      tracks.set(provider, track);
    }
    return track;
  }

  function remember(track: Track, gone: 0 | 1): void {
    track.gone += gone - (track.ring[track.at] ?? 0);
    track.ring[track.at] = gone;
    track.at = (track.at + 1) % limits.window;
    track.answers = Math.min(track.answers + 1, limits.window);
    track.sinceHeld++;
  }

  function decide(provider: Provider, track: Track): void {
    const { answers, gone } = track;
    if (track.heldSince === undefined) {
      if (gone <= limits.share * Math.max(answers, limits.minAnswers)) return;
      track.heldSince = now();
      track.sinceHeld = 0;
      held.set({ provider }, 1);
      logger.error(
        { provider, answers, gone },
        'removal of subscriptions is paused: the push service reports an unusual share as gone; see its status page',
      );
    } else if (
      track.sinceHeld >= limits.minAnswers &&
      gone < (limits.share / 2) * answers &&
      now() - track.heldSince >= limits.holdMs
    ) {
      track.heldSince = undefined;
      held.set({ provider }, 0);
      logger.warn(
        { provider, answers, gone },
        'removal of subscriptions continues: the share is normal again',
      );
    }
  }

  return {
    note(provider, answer) {
      if (answer.type !== 'gone' && answer.type !== 'accepted') return;
      const track = trackOf(provider);
      remember(track, answer.type === 'gone' ? 1 : 0);
      decide(provider, track);
      if (answer.type === 'gone' && track.heldSince !== undefined) kept.inc({ provider });
    },
    mayRemove: (provider) => tracks.get(provider)?.heldSince === undefined,
  };
}
