import { readFileSync } from 'node:fs';

type Change = readonly [RegExp, string];

/**
 * A block of a page of docs/ as an operator or a developer copies it, with this machine's ports and files.
 * @param start how it begins: its fence, and perhaps its first line
 * @param changes each must be found in it
 */
export function documentedBlock(page: string, start: string, changes: readonly Change[]): string {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  const from = text.indexOf(start);
  if (from === -1) throw new Error(`docs/${page} has no block that starts with ${start}`);
  const block = text.slice(from + start.indexOf('\n') + 1, text.indexOf('```', from + start.length));
  return changes.reduce((changed, [wanted, by]) => {
    if (!wanted.test(changed)) throw new Error(`the block in docs/${page} has no ${String(wanted)}`);
    return changed.replace(wanted, by);
  }, block);
}
