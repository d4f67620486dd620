import type { Alert } from '../../alerts/schema.ts';
import { isBreaking } from '../../pages/common/front-page-data.ts';
import type { FedBar } from '../bar/bar-element.ts';
import { remember } from '../common/browser-memory.ts';
import type { ServerClock } from '../common/server-clock.ts';

/** Gives the page's bar the breaking alerts, and every later version of them, quiet ones too. */
export interface BarFeed {
  /** Gives the bar the page's first alerts. */
  attach(bar: FedBar, clock: ServerClock): void;
  take(alert: Alert, nowMs: number): void;
  /** @param current everything that is current; the bar forgets the rest */
  reset(current: readonly Alert[], nowMs: number): void;
}

export function createBarFeed(first: readonly Alert[]): BarFeed {
  let bar: FedBar | undefined;
  const given = new Set(first.map(({ id }) => id));
  const belongs = (alert: Alert, nowMs: number): boolean => given.has(alert.id) || isBreaking(alert, nowMs);
  return {
    attach: (attached, clock) => {
      bar = attached;
      bar.clock = clock;
      bar.reset(first);
      bar.addEventListener('ajil-hide', (event) => {
        const { alertId, reason } = (event as CustomEvent<{ alertId: string; reason: string }>).detail;
        if (reason === 'dismissed') remember('closed', alertId);
      });
    },
    take: (alert, nowMs) => {
      if (!belongs(alert, nowMs)) return;
      given.add(alert.id);
      bar?.take(alert);
    },
    reset: (current, nowMs) => {
      const breaking = current.filter((alert) => belongs(alert, nowMs));
      for (const { id } of breaking) given.add(id);
      bar?.reset(breaking);
    },
  };
}
