import type { LookupAddress } from 'node:dns';
import type { Resolve } from './public-address.ts';

/** Most names that wait, and most names that are remembered as resolved: more than the lanes of regions. */
const MAX_NAMES = 256;

/**
 * `dns.lookup` occupies one of libuv's few threads (four, of which lookups get two) until the name system answers, and
 * strangers can make up names. Names that were never resolved are therefore resolved one at a time. Other names do not wait.
 * @param known host names that strangers cannot add to
 */
export function createLookupTurns(known: ReadonlySet<string>, resolve: Resolve): Resolve {
  const resolved = new Set<string>();
  /** The callers of each name that waits or is being resolved; the first name is being resolved. */
  const asking = new Map<string, Parameters<Resolve>[2][]>();

  function resolveNext(options: Parameters<Resolve>[1]): void {
    const [name] = asking.keys();
    if (name === undefined) return;
    resolve(name, options, (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => {
      if (error === null && resolved.size < MAX_NAMES) resolved.add(name);
      const askers = asking.get(name) ?? [];
      asking.delete(name);
      resolveNext(options);
      for (const done of askers) done(error, addresses);
    });
  }

  return (name, options, done) => {
    if (known.has(name) || resolved.has(name)) return resolve(name, options, done);
    const askers = asking.get(name);
    if (askers !== undefined) return void askers.push(done);
    if (asking.size >= MAX_NAMES) return done(tooMany(), []);
    asking.set(name, [done]);
    if (asking.size === 1) resolveNext(options);
  };
}

function tooMany(): NodeJS.ErrnoException {
  return Object.assign(new Error('too many unknown names wait to be resolved'), { code: 'EBUSY' });
}
