import { Command } from 'commander';
import { CliError, print, withServices } from './services.ts';

export function auditCommand(): Command {
  const command = new Command('audit').description('the log of what editors did');
  command
    .command('verify')
    .description('check that no entry was changed, removed or put in')
    .option('--json', 'one JSON object')
    .action((options: { json?: boolean }) =>
      withServices(async ({ audit }) => {
        const verdict = await audit.verify();
        if (options.json) print(verdict);
        if (verdict.type === 'broken') {
          throw new CliError(
            `The chain breaks at ${verdict.streamId}, after ${verdict.entries} good entries.`,
          );
        }
        if (!options.json) print(`${verdict.entries} entries, unbroken. Head: ${verdict.head || 'none'}`);
      }),
    );
  return command;
}
