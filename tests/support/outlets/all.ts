import { startBluesky } from './bluesky.ts';
import type { FakeService } from './fake.ts';
import { startMastodon } from './mastodon.ts';
import { startSmtp } from './smtp.ts';
import { startTelegram } from './telegram.ts';

/** Every service that has outlets, for the suite of behaviours. */
export const SERVICES = [
  ['telegram', startTelegram],
  ['email', startSmtp],
  ['mastodon', startMastodon],
  ['bluesky', startBluesky],
] as const satisfies readonly (readonly [string, () => Promise<FakeService>])[];
