import { Command } from 'commander';
import { CliError, print, withServices } from './services.ts';

export function auditCommand(): Command {
  const command = new Command('audit').description('the log of what editors did');
  command
    .command('verify')
    .description('check that no entry was changed, removed or put in')
    .option('--json', 'one JSON object')
    .option('--head <hash>', 'a head that was printed or logged earlier: it must be in the log still')
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
            `That head is not among the ${verdict.entries} entries: some were cut off, or all were made anew.`,
          );
        }
        const { entries, underOtherKeys, head } = verdict;
        if (entries === 0 && (await editors.list()).length > 0) {
          throw new CliError('The log is empty, and there are editors: it was removed.');
        }
        if (underOtherKeys > 0 && underOtherKeys === entries) {
          throw new CliError(`None of the ${entries} entries was written under this key: see DATA_DIR.`);
        }
        if (options.json) return;
        print(`${entries} entries, unbroken. Head: ${head || 'none'}`);
        if (underOtherKeys > 0)
          print(`The first ${underOtherKeys} were written under other keys: only their order is known.`);
      }),
    );
  return command;
}
