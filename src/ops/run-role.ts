import { ConfigError, loadConfig, type Config } from '../config.ts';
import { createLogger, type Logger } from './logger.ts';
import { EXIT_CONFIG, tellThatItLives } from './role-process.ts';
import { tellSystemd } from './systemd.ts';
import { UnfitError } from './unfit.ts';

/**
 * The last line of an entry point: reads the configuration and runs the role. A fault in either ends the process and is
 * told.
 */
export function runRole(role: string, run: (config: Config, logger: Logger) => Promise<void>): void {
  const config = readConfig();
  if (config === undefined) return;
  const logger = createLogger({ level: config.logLevel, role });
  // Node would print the error itself, with all its fields, which may hold secrets.
  const end = (error: unknown, message: string): void => {
    try {
      logger.fatal({ err: error }, message);
    } finally {
      process.exit(error instanceof UnfitError ? EXIT_CONFIG : 1);
    }
  };
  process.on('uncaughtException', (error) => end(error, `the ${role} ended with an unexpected error`));
  tellThatItLives();
  run(config, logger).then(
    () => {
      // The supervisor of a child talks to systemd.
      if (process.send === undefined) tellSystemd(process.env);
    },
    (error: unknown) => end(error, `the ${role} could not start`),
  );
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
