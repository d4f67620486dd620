import type { Logger } from '../../ops/logger.ts';
import { eventStreamWire } from '../connections/wire.ts';
import { filterKey } from '../door/query.ts';
import { formatCursor } from '../log/cursor.ts';
import { alertText, concerns, type Tail, type Version } from '../log/tail.ts';
import type { LiveFilter } from '../protocol.ts';
import { baseAt, channelOf, placeOf } from './channel.ts';
import type { FiltersInUse } from './filters-in-use.ts';
import type { GripProxy } from './proxy.ts';

/** Characters of one publication, about; Arabic takes two bytes each. Pushpin takes a million bytes. */
const BODY_BYTES = 400_000;
/** Versions that may wait to be published. The oldest are dropped: lines that miss them ask. */
const MOST_WAITING = 200;

/** Publishes each version of the live log to every proxy, once for each filter that it concerns. */
export interface GripPublisher {
  /** @param tail holds the version */
  push(tail: Tail, version: Version): void;
  /** The log was replaced. Every line is made to ask, and to end then, so that its reader starts over. */
  startOver(): void;
  close(): Promise<void>;
}

type Job = { readonly tail: Tail; readonly version: Version } | 'start over';

interface Item {
  readonly channel: string;
  readonly id?: string;
  readonly 'prev-id'?: string;
  readonly formats: { readonly 'http-stream': { readonly content: string } | { readonly action: 'close' } };
}

/**
 * All servers publish the same items. Of those with the same id, a proxy relays the first; and a line takes an item only if
 * the item's `prev-id` is the line's place, whatever a proxy relays, and asks otherwise.
 */
export function createGripPublisher(deps: {
  proxies: readonly GripProxy[];
  filters: Pick<FiltersInUse, 'all'>;
  logger: Logger;
}): GripPublisher {
  const waiting: Job[] = [];
  /** The offset of the newest version that each filter's channel has carried: spares a search of the tail. */
  let carried = new Map<string, number>();
  let inUse: readonly LiveFilter[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      try {
        inUse = await deps.filters.all();
      } catch (error) {
        deps.logger.warn(
          { err: error },
          'cannot read the filters of the proxies; those read before are used',
        );
      }
      const items = job === 'start over' ? inUse.map(closing) : itemsOf(job);
      for (const body of bodies(items)) for (const proxy of deps.proxies) proxy.publish(body);
    }
    running = undefined;
  }

  function itemsOf({ tail, version }: Exclude<Job, string>): Item[] {
    const { epoch } = tail.cursor;
    const id = formatCursor({ epoch, offset: version.offset });
    const content = eventStreamWire.encode(alertText(id, version), id).toString();
    const still = new Map<string, number>();
    const items: Item[] = [];
    for (const filter of inUse) {
      const key = filterKey(filter);
      const known = carried.get(key);
      const place =
        known === undefined
          ? placeOf(tail, filter, version.offset)
          : Math.max(known, baseAt(version.offset - 1));
      still.set(key, place);
      if (!concerns(filter, version)) continue;
      still.set(key, version.offset);
      const before = formatCursor({ epoch, offset: place });
      items.push({
        channel: channelOf(filter),
        id,
        'prev-id': before,
        formats: { 'http-stream': { content } },
      });
    }
    carried = still;
    return items;
  }

  function add(job: Job): void {
    waiting.push(job);
    if (waiting.length > MOST_WAITING) {
      waiting.shift();
      carried.clear();
    }
    running ??= run();
  }

  return {
    push: (tail, version) => add({ tail, version }),
    startOver: () => {
      waiting.length = 0;
      carried.clear();
      add('start over');
    },
    close: async () => {
      await running;
      await Promise.all(deps.proxies.map((proxy) => proxy.close()));
    },
  };
}

/** Without an id it follows no line's place, so that the line asks. A proxy that knows no places ends the line at once. */
const closing = (filter: LiveFilter): Item => ({
  channel: channelOf(filter),
  formats: { 'http-stream': { action: 'close' } },
});

function* bodies(items: readonly Item[]): Generator<string> {
  let batch: string[] = [];
  let bytes = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (batch.length > 0 && bytes + text.length > BODY_BYTES) {
      yield `{"items":[${batch.join(',')}]}`;
      batch = [];
      bytes = 0;
    }
    batch.push(text);
    bytes += text.length;
  }
  if (batch.length > 0) yield `{"items":[${batch.join(',')}]}`;
}
