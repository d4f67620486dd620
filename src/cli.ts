import { Command, CommanderError } from 'commander';
import { ImportFormatError } from './audience/import.ts';
import { alertsCommand } from './cli/alerts.ts';
import { auditCommand } from './cli/audit.ts';
import { editorialCommands } from './cli/editorial.ts';
import { editorsCommand, keysCommand } from './cli/editors.ts';
import { reportCommand } from './cli/report.ts';
import { CliError, EXIT } from './cli/services.ts';
import { subscriptionsCommand } from './cli/subscriptions.ts';
import { ConfigError } from './config.ts';
import { isRedisAway } from './redis/is-redis-away.ts';

function createProgram(): Command {
  const program = new Command('ajil')
    .description(
      "Ajil's commands: for editors (send to report), who need AJIL_KEY, and for operators, who need the servers' configuration (.env.example).",
    )
    .showHelpAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failure or broken audit log, 2 wrong usage or configuration, 3 Redis or the server is unavailable.',
    );
  for (const command of [
    ...editorialCommands(),
    reportCommand(),
    editorsCommand(),
    keysCommand(),
    auditCommand(),
    subscriptionsCommand(),
    alertsCommand(),
  ])
    program.addCommand(command);
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(program)) command.exitOverride();
  return program;
}

/** What a failure means to a shell; prints why unless commander has. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof CliError) return error.code;
  if (error instanceof ConfigError || error instanceof ImportFormatError) return EXIT.usage;
  return isRedisAway(error) ? EXIT.redisAway : EXIT.failed;
}

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
