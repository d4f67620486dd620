import { pino, type Logger, type LoggerOptions } from 'pino';

export type { Logger };

/** Fields that hold what must not be logged. `address` is a subscription's: the channel's, and secret whatever is in it. */
const SECRETS = [
  'authorization',
  'cookie',
  'endpoint',
  'auth',
  'p256dh',
  'address',
  'token',
  'key',
  'privateKey',
];

/**
 * One JSON line per event on standard output. Endpoints, keys and tokens are personal data or secrets, and must never be
 * passed to the logger. Fields with the usual names are redacted in case one slips in, down to the third level.
 */
export function createLogger(options: { level: string; role: string }): Logger {
  const output = pino.destination({ fd: 1, sync: true });
  // A full disk, a closed terminal, a pipe without a reader: from now on nobody would learn what happens here, because pino
  // would fall silent. So the process ends in good order, to be started again with an output that works.
  output.once('error', () => {
    output.on('error', () => undefined);
    // These two would try again for ever and hold the event loop.
    output.write = () => true;
    output.flushSync = () => undefined;
    process.kill(process.pid, 'SIGTERM');
  });
  const settings: LoggerOptions = {
    level: options.level,
    base: { role: options.role, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => loggedError(error, MOST_CAUSES) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[redacted]' },
  };
  return pino(settings, output);
}

const MOST_CAUSES = 5;

/** The part of an error that may be logged. ioredis, for one, adds its command to an error, with endpoints and secrets. */
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
