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
    serializers: { err: (error: unknown) => loggedError(error, MOST_CAUSES) },
    redact: {
      paths: ['*.authorization', '*.cookie', '*.endpoint', '*.auth', '*.p256dh', '*.token', '*.key'],
      censor: '[redacted]',
    },
  });
}

const MOST_CAUSES = 5;

/** What of an error may be logged. The rest stays out: ioredis, for one, hangs its command there, endpoint and secrets in it. */
function loggedError(error: unknown, causes: number): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.cause === undefined || causes === 0 ? {} : { cause: loggedError(error.cause, causes - 1) }),
  };
}
