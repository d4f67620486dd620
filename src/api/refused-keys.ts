import { Counter } from 'prom-client';
import type { AuditLog } from '../editors/audit.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';

/** Strangers can show unknown keys at any rate: in this time the audit log gets at most one entry, with their number. */
const NOTED_EVERY_MS = 60_000;

/** Records unknown keys, at sign-in or with a request, in the audit log. */
export interface RefusedKeys {
  note(): Promise<void>;
  close(): void;
}

export function createRefusedKeys(deps: {
  audit: Pick<AuditLog, 'append'>;
  logger: Logger;
  metrics: Metrics;
}): RefusedKeys {
  const refused = new Counter({
    name: 'ajil_keys_refused_total',
    help: 'Unknown API keys received at sign-in or with a request',
    registers: [deps.metrics],
  });
  let count = 0;
  let timer: NodeJS.Timeout | undefined;

  async function write(): Promise<void> {
    if (count === 0) {
      timer = undefined;
      return;
    }
    const written = count;
    count = 0;
    timer = setTimeout(() => void write(), NOTED_EVERY_MS).unref();
    try {
      await deps.audit.append({ editorId: 'unknown', action: 'key.refuse', target: `${written} tries` });
    } catch (error) {
      count += written;
      deps.logger.warn({ err: error }, 'could not write refused keys to the audit log; trying again later');
    }
  }

  return {
    note: async () => {
      refused.inc();
      count += 1;
      if (timer === undefined) await write();
    },
    close: () => clearTimeout(timer),
  };
}
