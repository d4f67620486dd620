import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Chained } from '../editors/audit-chain.ts';
import { auditLines } from '../editors/audit-lines.ts';
import { withServices } from './services.ts';
import { writeWhole } from './whole-file.ts';

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
