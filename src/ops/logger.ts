import { pino, type Logger, type LoggerOptions } from 'pino';

export type { Logger };

/**
 * One JSON line per event on standard output. Endpoints, keys and tokens are personal data or secrets:
 * they are never passed to the logger, and the usual carriers are blotted out in case one slips in.
 */
export function createLogger(options: { level: string; role: string }): Logger {
  const output = pino.destination({ fd: 1, sync: true });
  // A full disk, a terminal that was closed, a pipe without a reader: nobody would know what happens here from now on.
  // The process ends in good order, and is started again with an output that works; pino itself would fall silent.
  output.once('error', () => {
    output.on('error', () => undefined);
    // They would try again for ever, the event loop with them.
    output.write = () => true;
    output.flushSync = () => undefined;
    process.kill(process.pid, 'SIGTERM');
  });
  const settings: LoggerOptions = {
    level: options.level,
    base: { role: options.role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => loggedError(error, MOST_CAUSES) },
    redact: {
      paths: ['*.authorization', '*.cookie', '*.endpoint', '*.auth', '*.p256dh', '*.token', '*.key'],
      censor: '[redacted]',
    },
  };
  return pino(settings, output);
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
