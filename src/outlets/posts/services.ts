import { createAsk } from '../request.ts';
import { BLUESKY, createBluesky } from './bluesky/bluesky.ts';
import type { Sessions } from './bluesky/session.ts';
import { createCall } from './call.ts';
import { createEmail, EMAIL, type EmailDeps } from './email/email.ts';
import { createMastodon, MASTODON, type Lengths } from './mastodon/mastodon.ts';
import type { Outlet, OutletType } from './outlet.ts';
import type { Abilities, Service } from './service.ts';
import { createTelegram, TELEGRAM } from './telegram/telegram.ts';

/** A call has so long, ms: an outlet's turn ends later, also after some of them. */
const TIMEOUT_MS = 8000;
/** Of an answer: a post comes back with its account and its text. */
const MOST_BYTES = 256 * 1024;

export const ABILITIES: Readonly<Record<OutletType, Abilities>> = {
  telegram: TELEGRAM,
  email: EMAIL,
  mastodon: MASTODON,
  bluesky: BLUESKY,
};

export type ServiceOf = (outlet: Outlet) => Service;

/** The service of an outlet. A new one is a folder beside this file, its settings in `outlet.ts`, and its place here. */
export function createServices(
  deps: EmailDeps & { readonly timeoutMs?: number; readonly now: () => number },
): ServiceOf {
  const { allowedOrigins, now } = deps;
  const timeoutMs = deps.timeoutMs ?? TIMEOUT_MS;
  // What has begun is not ended when the process stops: nobody would know what became of it.
  const call = createCall(createAsk({ allowedOrigins, timeoutMs, mostBytes: MOST_BYTES }));
  const sessions: Sessions = new Map();
  const lengths: Lengths = new Map();
  return (outlet) => {
    switch (outlet.type) {
      case 'telegram':
        return createTelegram(outlet, call);
      case 'email':
        return createEmail(outlet, deps);
      case 'mastodon':
        return createMastodon(outlet, { call, lengths, now });
      case 'bluesky':
        break;
    }
    return createBluesky(outlet, { call, sessions, now });
  };
}
