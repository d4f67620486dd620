import type { Command } from 'commander';
import { ImportFormatError } from '../audience/import.ts';
import { ConfigError } from '../config.ts';
import { isRedisAway } from '../redis/is-redis-away.ts';
import { alertsCommand } from './alerts.ts';
import { auditCommand } from './audit.ts';
import { drillCommand } from './drill.ts';
import { editorsCommand, keysCommand } from './editors.ts';
import { evidenceCommand } from './evidence.ts';
import { EXIT } from './exit.ts';
import { subscriptionsCommand } from './subscriptions.ts';

/** What operators do, who need the servers' configuration and their Redis. */
export const operatorsCommands = (): Command[] => [
  editorsCommand(),
  keysCommand(),
  auditCommand(),
  subscriptionsCommand(),
  alertsCommand(),
  evidenceCommand(),
  drillCommand(),
];

/** What a failure that is no `CliError` means to a shell. */
export function exitCodeOfFailure(error: unknown): number {
  if (error instanceof ConfigError || error instanceof ImportFormatError) return EXIT.usage;
  return isRedisAway(error) ? EXIT.redisAway : EXIT.failed;
}
