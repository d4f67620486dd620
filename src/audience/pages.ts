import { PAGE_SIZE } from './shard.ts';

/** Slots of one page. */
export interface PagePart {
  readonly page: number;
  readonly slots: readonly number[];
}

/** @param slots rising */
export function byPage(slots: readonly number[]): PagePart[] {
  const parts: { page: number; slots: number[] }[] = [];
  let last: { page: number; slots: number[] } | undefined;
  for (const slot of slots) {
    const page = Math.floor(slot / PAGE_SIZE);
    if (last?.page !== page) parts.push((last = { page, slots: [] }));
    last.slots.push(slot);
  }
  return parts;
}

/** Cuts slots (rising) between pages, into chunks of at most `most`, which is at least {@link PAGE_SIZE}. */
export function chunksOfPages(slots: readonly number[], most: number): number[][] {
  const chunks: number[][] = [];
  for (const part of byPage(slots)) {
    const last = chunks.at(-1);
    if (last === undefined || last.length + part.slots.length > most) chunks.push([...part.slots]);
    else last.push(...part.slots);
  }
  return chunks;
}
