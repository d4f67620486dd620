import type { Logger } from '../ops/logger.ts';
import type { AuditLog } from './audit.ts';

const EVERY_MS = 60 * 60_000;

/**
 * Writes the audit log's head into the process's log, now and in every hour in which it moved. A head that was kept
 * elsewhere shows later whether entries were cut off (`audit verify --head`).
 * @returns stops it
 */
export function tellAuditHead(deps: { audit: Pick<AuditLog, 'head'>; logger: Logger }): () => void {
  let told = '';
  const tell = async (): Promise<void> => {
    const { entries, hash } = await deps.audit.head();
    if (hash !== told) deps.logger.info({ entries, head: hash }, 'head of the audit log');
    told = hash;
  };
  const tellIfThere = (): void => {
    // Other parts report that Redis is away. The next hour tries again.
    tell().catch(() => undefined);
  };
  tellIfThere();
  const timer = setInterval(tellIfThere, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
