import { Command } from 'commander';
import { loadConfig } from '../config.ts';
import { createAuditHash, verifyChain, type AuditVerdict } from '../editors/audit-chain.ts';
import { exportAudit } from './audit-export.ts';
import { readAuditFile } from './audit-file.ts';
import { CliError, print } from './exit.ts';
import { openAuditKey, withServices } from './services.ts';

interface VerifyOptions {
  readonly json?: boolean;
  readonly head?: string;
  readonly file?: string;
}

export function auditCommand(): Command {
  const command = new Command('audit').description('inspect and export the log of editor actions');
  command
    .command('verify')
    .description('check that no entry was changed, removed or inserted')
    .option('--json', 'print one JSON object')
    .option('--head <hash>', 'check that the log still contains this earlier head')
    .option('--file <file>', 'check an exported log instead; needs the key of the log, and no Redis')
    .action(async (options: VerifyOptions) => {
      if (options.file !== undefined) return tell(await verifyFile(options.file, options.head), options);
      await withServices(async ({ audit, editors }) => {
        const verdict = await audit.verify(options.head);
        const isEmpty = verdict.type === 'intact' && verdict.entries === 0;
        if (isEmpty && (await editors.list()).length > 0) {
          if (options.json) print(verdict);
          throw new CliError('The log is empty although editors exist: it was removed.');
        }
        tell(verdict, options);
      });
    });
  command
    .command('export')
    .description('write the whole log as NDJSON, oldest entry first, for `audit verify --file`')
    .option('--file <file>', 'the file to write (default: standard output)')
    .action(exportAudit);
  return command;
}

async function verifyFile(file: string, head: string | undefined): Promise<AuditVerdict> {
  const { dataDir, vapid } = loadConfig(process.env);
  const key = await openAuditKey({ dataDir, vapidPrivateKey: vapid.privateKey, mayCreate: false });
  return verifyChain(createAuditHash(key), readAuditFile(file), head).catch((error: unknown) => {
    if (error instanceof CliError) throw error;
    throw new CliError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
}

/** @throws {CliError} unless the chain is whole */
function tell(verdict: AuditVerdict, { json }: VerifyOptions): void {
  if (json) print(verdict);
  if (verdict.type === 'broken') {
    throw new CliError(`The chain breaks at ${verdict.streamId}, after ${verdict.entries} good entries.`);
  }
  if (verdict.type === 'cut') {
    throw new CliError(
      `None of the ${verdict.entries} entries has that head: entries were cut off, or the log was rewritten.`,
    );
  }
  const { entries, underOtherKeys, head } = verdict;
  if (underOtherKeys > 0 && underOtherKeys === entries) {
    throw new CliError(`None of the ${entries} entries was written under this key: see DATA_DIR.`);
  }
  if (json) return;
  print(`${entries} entries, unbroken. Head: ${head || 'none'}`);
  if (underOtherKeys > 0) {
    print(`The first ${underOtherKeys} were written under other keys: only their order can be checked.`);
  }
}
