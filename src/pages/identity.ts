import { identityOf, type SettingsStore } from '../newsroom/settings.ts';
import { OURS, type Identity } from './common/identity.ts';

/** After a notification, every device asks for its icon at once. */
const KEPT_MS = 1000;

/**
 * How the newsroom is seen, for pages: read once a second at most. While the store is away, what was read last counts, because
 * a page without its name and its icon helps nobody.
 * @param deps.now milliseconds since the epoch
 */
export function createIdentity(deps: {
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly now: () => number;
}): () => Promise<Identity> {
  let last = OURS;
  let asked: { readonly untilMs: number; readonly identity: Promise<Identity> } | undefined;

  async function read(): Promise<Identity> {
    const settings = await deps.settings.get().catch(() => undefined);
    if (settings !== undefined) last = identityOf(settings);
    return last;
  }
  return () => {
    if (asked === undefined || asked.untilMs <= deps.now()) {
      asked = { untilMs: deps.now() + KEPT_MS, identity: read() };
    }
    return asked.identity;
  };
}
