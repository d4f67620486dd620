import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScriptBuffer } from '../redis/script.ts';
import type { Addresses } from './address.ts';
import { setBits } from './bitmap.ts';
import { writeLine } from './line.ts';
import { unpackSubscription } from './record.ts';
import { READ_PAGE } from './scripts/read-page.ts';
import { PAGE_SIZE, SHARDS } from './shard.ts';

/** Where an export goes on: the next page to read. */
export interface ExportPlace {
  readonly shard: number;
  readonly page: number;
}

export interface ExportPart {
  readonly lines: readonly string[];
  /** Where the part after this one begins. */
  readonly next: ExportPlace;
}

interface ExportDeps {
  readonly redis: Redis;
  readonly addresses: Addresses;
}

/** Pages read at once: bounds the memory. */
const AT_ONCE = 16;

/**
 * Reads the store, page by page, as lines of NDJSON. Each page shows one moment; the export as a whole does not. A
 * subscription that exists during the whole export is read exactly once, in one of the states that it had meanwhile. A
 * subscription that is added or erased meanwhile may be missing.
 */
export async function* exportSubscriptions(
  deps: ExportDeps,
  from: ExportPlace = { shard: 0, page: 0 },
): AsyncGenerator<ExportPart> {
  for (let { shard, page: first } = from; shard < SHARDS; shard++, first = 0) {
    const pages = Math.ceil(
      Number((await deps.redis.hget(keys.shard(shard, 'meta'), 'next')) ?? 0) / PAGE_SIZE,
    );
    for (let page = first; page < pages; page += AT_ONCE) {
      const numbers = Array.from({ length: Math.min(AT_ONCE, pages - page) }, (_, index) => page + index);
      const read = await Promise.all(numbers.map((number) => readPage(deps, shard, number)));
      yield { lines: read.flat(), next: { shard, page: page + numbers.length } };
    }
  }
}

async function readPage({ redis, addresses }: ExportDeps, shard: number, page: number): Promise<string[]> {
  const { records, sets } = await runScriptBuffer(redis, READ_PAGE, [keys.shard(shard, '')], [page]);
  const names: string[][] = records.map(() => []);
  for (const [name, bits] of sets) {
    for (const index of setBits(bits)) names[index]?.push(name.toString());
  }
  return records.flatMap((packed, index) =>
    packed.length === 0
      ? []
      : [writeLine(addresses, unpackSubscription(addresses, { packed, sets: names[index] ?? [] }))],
  );
}
