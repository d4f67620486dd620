import { Counter } from 'prom-client';
import type { AuditLog } from '../editors/audit.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';

/** Strangers can refuse themselves at any rate: the audit log gets one entry in this time, with how many there were. */
const NOTED_EVERY_MS = 60_000;

/** Writes down that keys were shown which are not known, at whatever door. */
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
