import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { createAlertStore } from '../alerts/store.ts';
import { createSelection } from '../audience/selection.ts';
import { openAddresses } from '../channels/addresses.ts';
import { createLedger } from '../delivery/ledger/ledger.ts';
import { createReportStore } from '../delivery/report/report.ts';
import { compareEvidence, evidenceOf } from '../evidence/evidence.ts';
import { evidenceKeys } from '../evidence/keys.ts';
import { CliError, print } from './exit.ts';
import { openAuditKey, withServices, type Services } from './services.ts';
import { writeWhole } from './whole-file.ts';

const EXPLAINED = `
The file says what was sent, to how many, when, and who wrote, approved and corrected it. No reader can be told from it. Its
last line signs all the others. Whoever gets it verifies it without Ajil: node verify-evidence.mjs FILE --key KEY, with the
key that this command prints (docs/evidence.md). The ledger is kept for some days only: export in time.`;

interface Options {
  readonly file?: string;
  readonly check?: string;
}

export function evidenceCommand(): Command {
  return new Command('evidence')
    .argument('<id>', 'the alert')
    .description('write down what became of an alert, signed')
    .option('--file <file>', 'the file to write (default: standard output)')
    .option('--check <file>', 'compare evidence of this alert with what is stored now')
    .addHelpText('after', EXPLAINED)
    .action((id: string, options: Options) =>
      withServices((services) =>
        options.check === undefined
          ? exportOne(services, id, options.file)
          : check(services, id, options.check),
      ),
    );
}

async function open({ config, redis, audit, editors }: Services) {
  const now = Date.now;
  const auditKey = await openAuditKey({
    dataDir: config.dataDir,
    vapidPrivateKey: config.vapid.privateKey,
    mayCreate: false,
  });
  // Frozen audiences are bitmaps: nobody's address is read.
  const addresses = openAddresses({ config, vapidKeyId: '' });
  return {
    alerts: createAlertStore({ redis, now }),
    reports: createReportStore(redis),
    selection: createSelection({ redis, addresses, now }),
    ledger: createLedger({ redis, now }),
    keys: evidenceKeys(auditKey),
    audit,
    editors,
    now,
  };
}

async function exportOne(services: Services, id: string, file: string | undefined): Promise<void> {
  const deps = await open(services);
  const versions = await deps.alerts.versions(id);
  if (versions.length === 0) throw new CliError('No alert has this id.');
  for (const { version } of versions) {
    if (await deps.alerts.outbox.isUnfinished(id, version)) {
      throw new CliError('This alert is still being sent, and its numbers change. Try again later.');
    }
  }
  // First, so that the evidence holds it.
  await services.audit.append({ editorId: 'cli', action: 'alert.evidence', target: id });
  let lines = 0;
  async function* withEnds(): AsyncGenerator<string> {
    for await (const line of evidenceOf(deps, id)) {
      lines += 1;
      yield `${line}\n`;
    }
  }
  const written = Readable.from(withEnds());
  if (file === undefined) await pipeline(written, process.stdout, { end: false });
  else await writeWhole(written, file);
  // Standard output may be the evidence itself.
  console.error(`${lines} lines. Key: ${deps.keys.publicKey}`);
}

async function check(services: Services, id: string, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CliError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const lines = text.trimEnd().split('\n').slice(1, -1);
  const { gone, added } = await compareEvidence(await open(services), id, lines);
  for (const line of gone) print(`Not stored any more: ${line}`);
  for (const line of added) print(`Only stored: ${line}`);
  if (gone.length + added.length > 0)
    throw new CliError(`${gone.length + added.length} facts differ from what is stored.`);
  print(`All ${lines.length} facts are as they are stored.`);
}
