import { open, rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Chained } from '../editors/audit-chain.ts';
import { auditLines } from '../editors/audit-lines.ts';
import { CliError } from './exit.ts';
import { withServices } from './services.ts';

/** The file has its name only once it is whole; until then it is `<file>.part`. */
export async function exportAudit({ file }: { readonly file?: string }): Promise<void> {
  await withServices(async ({ audit }) => {
    // First, so that the export holds it.
    await audit.append({ editorId: 'cli', action: 'audit.export', target: 'all' });
    let [count, head] = [0, ''];
    async function* counted(): AsyncGenerator<readonly Chained[]> {
      for await (const page of audit.whole()) {
        count += page.length;
        head = page.at(-1)?.hash ?? head;
        yield page;
      }
    }
    const lines = Readable.from(auditLines(counted()));
    if (file === undefined) await pipeline(lines, process.stdout, { end: false });
    else await writeWhole(lines, file);
    // Standard output may be the export itself.
    console.error(`${count} entries exported. Head: ${head}`);
  });
}

async function writeWhole(lines: Readable, file: string): Promise<void> {
  const part = `${file}.part`;
  try {
    const written = await open(part, 'w', 0o600);
    // The mode above counts only for a file that is made now.
    await written.chmod(0o600);
    await pipeline(lines, written.createWriteStream({ flush: true }));
    await rename(part, file);
  } catch (error) {
    throw new CliError(`Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
