import { join } from 'node:path';
import { announcement } from './machine/announcement.ts';
import type { Config } from './config.ts';
import { runMachine } from './machine/machine.ts';
import type { Logger } from './ops/logger.ts';
import { PROJECT } from './ops/project.ts';
import { adminKeyLine, EXIT_CONFIG } from './ops/role-process.ts';
import { runRole } from './ops/run-role.ts';
import { createShutdown, shutdownOnSignals } from './ops/shutdown.ts';
import { socketOfSystemd } from './ops/systemd.ts';
import { UnfitError } from './ops/unfit.ts';

// One machine: Redis, the server and the workers, as child processes of this one.

async function main(config: Config, logger: Logger): Promise<void> {
  // The roles take 33 s at most, one kind after the other, and Redis ten.
  const shutdown = createShutdown(logger, 80_000);
  shutdownOnSignals(shutdown);
  let adminKey: string | undefined;
  let announced = false;
  try {
    const machine = await runMachine({
      config,
      logger,
      shutdown,
      projectDir: PROJECT,
      path: process.env['PATH'] ?? '',
      socket: socketOfSystemd(process.env),
      roles: {
        server: join(PROJECT, 'dist/src/server.js'),
        workers: join(PROJECT, 'dist/workers/main.js'),
      },
      onUnfit: () => void shutdown.run('a role cannot run').then(() => process.exit(EXIT_CONFIG)),
      onAdminKey: (key) => {
        adminKey = key;
        if (announced) print([adminKeyLine(key)]);
      },
    });
    const port = await machine.ready;
    announced = true;
    const origin = config.publicUrl.endsWith(':0') ? `http://localhost:${port}` : config.publicUrl;
    print(announcement(origin, adminKey));
  } catch (error) {
    logger.fatal({ err: error }, 'Ajil could not start');
    await shutdown.run('it could not start');
    process.exit(error instanceof UnfitError ? EXIT_CONFIG : 1);
  }
}

/** For people, between the log's lines. */
function print(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

runRole('supervisor', main);
