import type { Logger } from '../ops/logger.ts';
import type { AuditLog } from './audit.ts';

const EVERY_MS = 60 * 60_000;

/**
 * Writes the audit log's head into the process's log, now and every hour in which it moved: kept there, it shows later
 * whether entries were cut off (`audit verify --head`). @returns what ends it
 */
export function tellAuditHead(deps: { audit: Pick<AuditLog, 'head'>; logger: Logger }): () => void {
  let told = '';
  const tell = async (): Promise<void> => {
    const { entries, hash } = await deps.audit.head();
    if (hash !== told) deps.logger.info({ entries, head: hash }, 'head of the audit log');
    told = hash;
  };
  const tellIfThere = (): void => {
    // Redis away is told elsewhere; the next hour tells it.
    tell().catch(() => undefined);
  };
  tellIfThere();
  const timer = setInterval(tellIfThere, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
