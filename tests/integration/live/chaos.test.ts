import { expect, test } from 'vitest';
import { runChaos } from '../../chaos/live/run.ts';

// The long run, of all faults and thousands of clients, is `npm run chaos:live`.
const FAULTS = [
  'SIGSTOP a server',
  'flood',
  'kill -9 Redis and a server',
  'all clients reconnect',
  'wiped Redis, killed',
  'SIGTERM a server',
] as const;

test(
  'whatever is killed, frozen or wiped, every reader has what the log has',
  { timeout: 180_000 },
  async () => {
    const progress = (): void => undefined;
    const ledger = await runChaos({ faults: FAULTS, clients: 120, seed: 4, progress });
    expect(ledger.faults.length === 0 ? 'sound' : ledger.toString()).toBe('sound');
    expect(ledger.recovered).toBeGreaterThan(0);
  },
);
