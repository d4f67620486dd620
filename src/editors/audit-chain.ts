import { createHash, createHmac } from 'node:crypto';
import { z } from 'zod';

/** An entry as the log keeps it: the hash is over the text of `entry` as it is. */
export const chainedSchema = z.strictObject({
  /** Its place in the stream. */
  id: z.string(),
  entry: z.string(),
  prev: z.string(),
  hash: z.string(),
});
export type Chained = z.infer<typeof chainedSchema>;

export type AuditVerdict =
  | {
      readonly type: 'intact';
      readonly entries: number;
      /** How many of them, at the beginning, were written under other keys. Only their order can be checked. */
      readonly underOtherKeys: number;
      readonly head: string;
    }
  /** `streamId`: the first entry that does not follow from the one before it. */
  | { readonly type: 'broken'; readonly entries: number; readonly streamId: string }
  /** The chain is consistent but lacks the head that was seen before: entries were cut off, or all were written again. */
  | { readonly type: 'cut'; readonly entries: number; readonly head: string };

/** How entries are hashed under a key. */
export interface AuditHash {
  readonly of: (prev: string, entry: string) => string;
  readonly isOurs: (hash: string) => boolean;
}

export function createAuditHash(key: Buffer): AuditHash {
  const keyId = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return {
    of: (prev, entry) => `${keyId}.${createHmac('sha256', key).update(`${prev}\n${entry}`).digest('hex')}`,
    isOurs: (hash) => hash.startsWith(`${keyId}.`),
  };
}

/**
 * Checks each entry of a log, wherever it comes from. Holds one page.
 * @param pages the whole log, oldest first
 * @param seen a head that was noted earlier and must still be in the log
 */
export async function verifyChain(
  hash: AuditHash,
  pages: AsyncIterable<readonly Chained[]>,
  seen?: string,
): Promise<AuditVerdict> {
  let [entries, underOtherKeys, head, found] = [0, 0, '', seen === undefined];
  for await (const page of pages) {
    for (const link of page) {
      // Another key may have been in use before ours, but never after it.
      const other = underOtherKeys === entries && !hash.isOurs(link.hash);
      if (link.prev !== head || (!other && link.hash !== hash.of(link.prev, link.entry))) {
        return { type: 'broken', entries, streamId: link.id };
      }
      if (other) underOtherKeys += 1;
      head = link.hash;
      entries += 1;
      found ||= link.hash === seen;
    }
  }
  return found ? { type: 'intact', entries, underOtherKeys, head } : { type: 'cut', entries, head };
}
