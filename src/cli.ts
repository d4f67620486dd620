import { Command, CommanderError } from 'commander';
import { editorialCommands } from './cli/editorial.ts';
import { CliError, EXIT } from './cli/exit.ts';
import { reportCommand } from './cli/report.ts';

/** Loaded only where it is needed: it takes most of a second, and an editor's command needs none of it. */
const operators = () => import('./cli/operators.ts');

async function createProgram(): Promise<Command> {
  const program = new Command('ajil')
    .description(
      "Ajil's commands: for editors (send to report), who need AJIL_KEY, and for operators, who need the servers' configuration (.env.example).",
    )
    .showHelpAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failure or broken audit log, 2 wrong usage or configuration, 3 Redis or the server is unavailable.',
    );
  const ofEditors = [...editorialCommands(), reportCommand()];
  const isOfEditors = ofEditors.some((command) => command.name() === process.argv[2]);
  const ofOperators = isOfEditors ? [] : (await operators()).operatorsCommands();
  for (const command of [...ofEditors, ...ofOperators]) program.addCommand(command);
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(program)) command.exitOverride();
  return program;
}

/** What a failure means to a shell; prints why unless commander has. */
async function exitCodeOf(error: unknown): Promise<number> {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  console.error(error instanceof Error ? error.message : String(error));
  return error instanceof CliError ? error.code : (await operators()).exitCodeOfFailure(error);
}

try {
  await (await createProgram()).parseAsync();
} catch (error) {
  process.exitCode = await exitCodeOf(error);
}
