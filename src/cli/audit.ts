import { Command } from 'commander';
import { CliError, print } from './exit.ts';
import { withServices } from './services.ts';

export function auditCommand(): Command {
  const command = new Command('audit').description('inspect the log of editor actions');
  command
    .command('verify')
    .description('check that no entry was changed, removed or inserted')
    .option('--json', 'print one JSON object')
    .option('--head <hash>', 'check that the log still contains this earlier head')
    .action((options: { json?: boolean; head?: string }) =>
      withServices(async ({ audit, editors }) => {
        const verdict = await audit.verify(options.head);
        if (options.json) print(verdict);
        if (verdict.type === 'broken') {
          throw new CliError(
            `The chain breaks at ${verdict.streamId}, after ${verdict.entries} good entries.`,
          );
        }
        if (verdict.type === 'cut') {
          throw new CliError(
            `None of the ${verdict.entries} entries has that head: entries were cut off, or the log was rewritten.`,
          );
        }
        const { entries, underOtherKeys, head } = verdict;
        if (entries === 0 && (await editors.list()).length > 0) {
          throw new CliError('The log is empty although editors exist: it was removed.');
        }
        if (underOtherKeys > 0 && underOtherKeys === entries) {
          throw new CliError(`None of the ${entries} entries was written under this key: see DATA_DIR.`);
        }
        if (options.json) return;
        print(`${entries} entries, unbroken. Head: ${head || 'none'}`);
        if (underOtherKeys > 0)
          print(
            `The first ${underOtherKeys} were written under other keys: only their order can be checked.`,
          );
      }),
    );
  return command;
}
