import type { Request } from 'express';
import { Counter } from 'prom-client';
import { createStoryStore } from '../alerts/stories/store.ts';
import { createAuthentication } from '../api/authentication.ts';
import { createFirstPages } from '../api/list-cache.ts';
import { createReadAhead } from '../api/read-ahead.ts';
import { createRefusedKeys } from '../api/refused-keys.ts';
import { createAuditedHash } from '../editors/audited-hash.ts';
import { clientAddress } from '../http/client-address.ts';
import { createRateLimits, DEFAULT_RATE_LIMITS } from '../http/rate-limits.ts';
import { createArrivals } from '../intake/arrivals.ts';
import { createIntake } from '../intake/intake.ts';
import { createPageWaits } from '../intake/pages/page-waits.ts';
import { MOST_SOURCES, storedSourceSchema } from '../intake/source.ts';
import { createTaking } from '../intake/taking.ts';
import { createFetchPage } from '../newsroom/articles/fetch-page.ts';
import { linkSites } from '../newsroom/link-sites.ts';
import { createHouse } from '../newsroom/house.ts';
import { createNewsroom } from '../newsroom/newsroom.ts';
import { createAlertRules } from '../newsroom/rules.ts';
import { createSettings } from '../newsroom/settings.ts';
import { keys } from '../redis/keys.ts';
import type { ApiDeps } from './deps.ts';

export type Parts = ReturnType<typeof createParts>;

/**
 * What resources share: limits, authentication, the newsroom and the intake.
 * @param closing aborts when the server stops
 */
export function createParts(input: ApiDeps, closing: AbortSignal) {
  const { config, trust } = input;
  const limits = createRateLimits({
    ...input,
    addressOf: (request) => clientAddress(request, trust),
    limits: { ...DEFAULT_RATE_LIMITS, ...input.limits },
  });
  const refusedKeys = createRefusedKeys(input);
  const onRefusedKey = async (request: Request): Promise<void> => {
    await refusedKeys.note();
    await limits.takeRefusedKey(request);
  };
  const firstPages = createFirstPages(input);
  const settings = createSettings({ ...input, requireApproval: config.requireApproval });
  const stories = createStoryStore(input);
  const newsroom = createNewsroom({
    ...input,
    stories,
    rules: createAlertRules(input),
    house: createHouse({ ...input, stories, requireApproval: config.requireApproval }),
    onChange: () => firstPages.clear(),
    onFanOutFailure: fanOutFailures(input),
  });
  const arrivals = createArrivals(input);
  const pageWaits = createPageWaits(input);
  return {
    ...input,
    limits,
    onRefusedKey,
    auth: createAuthentication({ ...input, onRefusedKey, publicUrl: config.publicUrl }),
    firstPages,
    newsroom,
    readAhead: createReadAhead({ newsroom }),
    settings,
    stories,
    sources: createAuditedHash({
      ...input,
      key: keys.sources,
      schema: storedSourceSchema,
      most: MOST_SOURCES,
    }),
    arrivals,
    pageWaits,
    fetchPage: createFetchPage({
      trustedOrigins: new Set([new URL(config.publicUrl).origin, ...config.allowedOrigins]),
      ca: input.articleCa,
      closing,
    }),
    taking: createTaking({
      ...input,
      arrivals,
      sites: linkSites(config.publicUrl, config.allowedOrigins),
      intake: createIntake({
        ...input,
        newsroom,
        languages: async () => (await settings.get()).languages,
        count: (sourceId) => limits.takeVersion(`source:${sourceId}`),
      }),
    }),
    closing,
    refusedKeys,
    reportIntervalMs: input.reportIntervalMs ?? 1000,
  };
}

function fanOutFailures(deps: Pick<ApiDeps, 'logger' | 'metrics'>) {
  const failures = new Counter({
    name: 'ajil_fan_out_add_failures_total',
    help: 'Accepted versions whose live log entry or fan-out job could not be added immediately; the workers add them',
    registers: [deps.metrics],
  });
  return (error: unknown, alertId: string): void => {
    failures.inc();
    deps.logger.error(
      { err: error, alertId },
      'could not start a version immediately; the workers will start it',
    );
  };
}
