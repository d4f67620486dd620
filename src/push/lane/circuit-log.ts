import type { Logger } from '../../ops/logger.ts';
import { createCircuit, type Circuit, type Trouble } from './circuit.ts';
import type { Provider } from '../endpoint/endpoint-policy.ts';

/** A circuit whose changes are logged. */
export function createLoggedCircuit(deps: {
  now: () => number;
  logger: Logger;
  provider: Provider;
  origin: string;
  unproven: boolean;
}): Circuit {
  const { now, logger, provider, origin, unproven } = deps;
  return createCircuit({
    now,
    onChange: (state, cause) => {
      const level = levelOf(state, cause, unproven);
      logger[level]({ provider, origin, state, cause }, 'circuit to a push service');
    },
  });
}

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Trouble that strangers can cause must wake no operator. */
function levelOf(state: Circuit['state'], cause: Trouble | undefined, unproven: boolean): Level {
  if (unproven) return 'debug';
  if (state !== 'open') return 'info';
  return cause === 'unauthorized' ? 'error' : 'warn';
}
