import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../src/config.ts';
import { runMachine } from '../../src/machine/machine.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createShutdown, shutdownOnSignals } from '../../src/ops/shutdown.ts';

// Run as a process of its own by machine.ts: the real supervisor over roles that do nothing.

const logger = createLogger({ level: 'info', role: 'supervisor' });
const shutdown = createShutdown(logger);
shutdownOnSignals(shutdown);
const machine = await runMachine({
  config: loadConfig(process.env),
  logger,
  shutdown,
  projectDir: fileURLToPath(new URL('../..', import.meta.url)),
  path: process.env['PATH'] ?? '',
  roles: {
    server: fileURLToPath(new URL('fixtures/roles/server.mjs', import.meta.url)),
    workers: fileURLToPath(new URL('fixtures/roles/workers.mjs', import.meta.url)),
  },
  onUnfit: () => process.exit(78),
  onAdminKey: (key) => logger.info({ shown: key }, 'admin key'),
});
await machine.ready;
logger.info('ready');
