import type { Chained } from './audit-chain.ts';

/** An exported log: NDJSON, a line for each entry. @returns a text for each page */
export async function* auditLines(pages: AsyncIterable<readonly Chained[]>): AsyncGenerator<string> {
  for await (const page of pages) {
    if (page.length > 0) yield page.map((link) => `${JSON.stringify(link)}\n`).join('');
  }
}
