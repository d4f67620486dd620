import type { Logger } from '../../ops/logger.ts';
import type { Provider } from '../endpoint/endpoint-policy.ts';
import { createPace, type Pace } from './pace.ts';

/** A pace whose changes are logged. */
export function createLoggedPace(deps: {
  now: () => number;
  logger: Logger;
  provider: Provider;
  origin: string;
}): Pace {
  const { now, logger, provider, origin } = deps;
  return createPace(now, (perMinute) => {
    if (perMinute === undefined)
      return logger.info({ provider, origin }, 'a push service takes any number again');
    logger.warn(
      { provider, origin, perMinute },
      'a push service takes so many messages a minute from this process; readers who open alerts go first',
    );
  });
}
