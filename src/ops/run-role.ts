import { ConfigError, loadConfig, type Config } from '../config.ts';
import { createLogger, type Logger } from './logger.ts';

/** EX_CONFIG of sysexits.h: restarting does not help. */
const EXIT_CONFIG = 78;

/** The last line of an entry point: reads the configuration and runs the role; a fault in either ends the process, and says why. */
export function runRole(role: string, run: (config: Config, logger: Logger) => Promise<void>): void {
  const config = readConfig();
  if (config === undefined) return;
  const logger = createLogger({ level: config.logLevel, role });
  // Node would print the error itself, with everything that hangs on it.
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, `the ${role} ended by a fault of ours`);
    process.exit(1);
  });
  run(config, logger).catch((error: unknown) => {
    logger.fatal({ err: error }, `the ${role} could not start`);
    process.exit(1);
  });
}

function readConfig(): Config | undefined {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_CONFIG;
    return undefined;
  }
}
