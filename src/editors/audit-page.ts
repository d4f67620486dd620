import { z } from 'zod';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import type { Chained } from './audit-chain.ts';

/** What an entry says, whatever was done to it in Redis: the log must be readable when it is broken. */
const text = z.string().catch('');
const saidSchema = z.object({ at: text, editorId: text, action: text, target: text });

export const auditRecordSchema = z.strictObject({
  id: z.string(),
  ...saidSchema.shape,
  prev: z.string(),
  hash: z.string(),
});
/** An entry with its place in the chain: its hash, and the hash of the entry before, which is empty for the first one. */
export type AuditRecord = z.infer<typeof auditRecordSchema>;

export interface AuditPage {
  readonly entries: readonly AuditRecord[];
  /** The `before` of the next page; null on the last one. */
  readonly next: string | null;
}

/** Newest first. @param options.before an id in the stream; its entry is left out */
export async function readAuditPage(
  redis: Redis,
  { before, limit }: { before?: string | undefined; limit: number },
): Promise<AuditPage> {
  const from = before === undefined ? '+' : `(${before}`;
  const found = await redis.xrevrange(keys.audit, from, '-', 'COUNT', limit + 1);
  const entries = found.slice(0, limit).map(([id, fields]) => {
    const { entry = '', prev = '', hash = '' } = fieldsOf(fields);
    return { id, ...saidSchema.parse(parse(entry)), prev, hash };
  });
  return { entries, next: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
}

const PAGE = 500;

/** The whole log, oldest first, as it is kept. Holds one page. */
export async function* readWholeAudit(redis: Redis): AsyncGenerator<readonly Chained[]> {
  let from = '-';
  for (;;) {
    const found = await redis.xrange(keys.audit, from, '+', 'COUNT', PAGE);
    yield found.map(([id, fields]) => {
      const { entry = '', prev = '', hash = '' } = fieldsOf(fields);
      return { id, entry, prev, hash };
    });
    if (found.length < PAGE) return;
    from = `(${found.at(-1)?.[0] ?? ''}`;
  }
}

/** The fields of an entry of a stream. */
export function fieldsOf(fields: readonly string[]): Partial<Record<string, string>> {
  const result: Record<string, string> = {};
  for (let i = 0; i + 1 < fields.length; i += 2) result[fields[i] ?? ''] = fields[i + 1] ?? '';
  return result;
}

function parse(entry: string): object {
  try {
    const value: unknown = JSON.parse(entry);
    return value instanceof Object ? value : {};
  } catch {
    return {};
  }
}
