import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * One JSON line per event on standard output. Endpoints, keys and tokens are personal data or secrets:
 * they are never passed to the logger, and the usual carriers are blotted out in case one slips in.
 */
export function createLogger(options: { level: string; role: string }): Logger {
  return pino({
    level: options.level,
    base: { role: options.role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: ['*.authorization', '*.cookie', '*.endpoint', '*.auth', '*.p256dh', '*.token', '*.key'],
      censor: '[redacted]',
    },
  });
}
