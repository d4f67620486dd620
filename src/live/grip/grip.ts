import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../ops/logger.ts';
import type { Redis } from '../../redis/connect.ts';
import type { Tail, Version } from '../log/tail.ts';
import { createGripAnswers } from './answers.ts';
import { createFiltersInUse } from './filters-in-use.ts';
import { openGripProxy } from './proxy.ts';
import { createGripPublisher } from './publisher.ts';
import { openGripSignatures } from './signature.ts';

/** Strangers can invent filters. Each costs an item in the publication of every version that concerns it. */
const MOST_FILTERS = 1000;

/** The GRIP proxies that hold readers' lines. */
export interface GripSettings {
  /** Where each proxy takes publications: `http://127.0.0.1:5561`, `https://api.fastly.com/service/<id>`. */
  readonly urls: readonly string[];
  /** See {@link openGripSignatures}. */
  readonly key: string;
  readonly token: string | undefined;
  /** Filters whose lines the proxies hold, at most. */
  readonly mostFilters?: number;
}

/** The live line through GRIP proxies: they hold the lines, and servers only greet them and publish. */
export interface Grip {
  /** Whether one of our proxies sent the request. */
  isProxy(request: IncomingMessage): Promise<boolean>;
  /** Answers a proxy's request for an event stream. */
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
  push(tail: Tail, version: Version): void;
  startOver(): void;
  close(): Promise<void>;
}

type AnswerDeps = Omit<Parameters<typeof createGripAnswers>[0], 'filters'>;

/** @param deps.redis for commands; it stays open */
export async function openGrip(
  settings: GripSettings,
  deps: AnswerDeps & { redis: Redis; logger: Logger },
): Promise<Grip> {
  const { logger, gripMetrics } = deps;
  const signatures = await openGripSignatures(settings.key, deps.now);
  const filters = createFiltersInUse({ ...deps, most: settings.mostFilters ?? MOST_FILTERS });
  const { token } = settings;
  const proxies = settings.urls.map((url) => openGripProxy({ url, token, logger, metrics: gripMetrics }));
  const publisher = createGripPublisher({ proxies, filters, logger });
  const answers = createGripAnswers({ ...deps, filters });
  return {
    isProxy: (request) => signatures.isValid(request.headers['grip-sig']),
    answer: (request, response) => answers.answer(request, response),
    push: (tail, version) => publisher.push(tail, version),
    startOver: () => publisher.startOver(),
    close: () => publisher.close(),
  };
}
