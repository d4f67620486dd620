import { readLine, type LineRules } from './line.ts';
import { readLines, type Line } from './lines.ts';
import type { StoredSubscription } from './subscription.ts';
import type { SubscriptionStore } from './subscriptions.ts';

/** Lines read, checked and written at once: bounds the memory. */
const GROUP = 2000;

/** How far an import has come: everything before this is stored. */
export interface ImportProgress {
  readonly lines: number;
  readonly bytes: number;
  readonly created: number;
  readonly updated: number;
  readonly faults: number;
}

export const NOTHING_IMPORTED: ImportProgress = { lines: 0, bytes: 0, created: 0, updated: 0, faults: 0 };

interface Checked {
  readonly last: Line;
  readonly faults: readonly (readonly [line: number, reason: string])[];
  readonly subscriptions: readonly StoredSubscription[];
  readonly numbers: readonly number[];
}

/**
 * Stores the subscriptions of an NDJSON stream. An import may run twice: a subscription that is already stored is written
 * again as the file has it. A line with a fault is reported and skipped.
 * @param deps.store undefined: checks only
 * @param from the progress of an earlier run; `stream` begins after it
 * @param tell called after each group that is stored, in order
 */
export async function importSubscriptions(
  deps: { store: Pick<SubscriptionStore, 'putAll'> | undefined; rules: LineRules },
  stream: AsyncIterable<Buffer>,
  from: ImportProgress,
  tell: {
    progress(progress: ImportProgress): Promise<void> | void;
    fault(line: number, reason: string): void;
  },
): Promise<ImportProgress> {
  let progress = from;

  async function write({ last, faults, subscriptions, numbers }: Checked): Promise<void> {
    const results = await (deps.store?.putAll(subscriptions) ?? subscriptions.map(() => 'created' as const));
    const refused = numbers
      .filter((_, index) => results[index] === 'conflict')
      .map((number) => [number, 'this endpoint is known with another auth key; that one stays'] as const);
    const all = [...faults, ...refused].sort(([a], [b]) => a - b);
    for (const [line, reason] of all) tell.fault(line, reason);
    const count = (type: string): number => results.filter((result) => result === type).length;
    progress = {
      lines: last.number,
      bytes: last.end,
      created: progress.created + count('created'),
      updated: progress.updated + count('updated'),
      faults: progress.faults + all.length,
    };
    await tell.progress(progress);
  }

  // One group is checked while the one before it is being written.
  let writing: Promise<void> = Promise.resolve();
  for await (const lines of readLines(stream, GROUP, from)) {
    if (lines[0]?.number === 1) refuseOtherFormats(lines[0]);
    const checked = check(lines, deps.rules);
    await writing;
    writing = write(checked);
    // Awaited above; a failure in between must not count as unhandled.
    writing.catch(() => undefined);
  }
  await writing;
  return progress;
}

/** Thrown for a file of another format than lines of JSON: the message says how to convert it. */
export class ImportFormatError extends Error {
  override readonly name = 'ImportFormatError';
}

/** @throws {ImportFormatError} rather than telling the same fault of each line */
function refuseOtherFormats(first: Line): void {
  if ('fault' in first) {
    if (first.fault === 'is too long') return;
    throw new ImportFormatError(
      'The file is not UTF-8. If it is UTF-16, convert it: iconv -f UTF-16 -t UTF-8 old.ndjson > new.ndjson',
    );
  }
  if (first.text.startsWith('[')) {
    throw new ImportFormatError(
      "The file is one JSON array. Convert it to one object per line: jq -c '.[]' old.json > new.ndjson",
    );
  }
  if (/^"?[\w .-]+"?(?:[,;\t]"?[\w .-]+"?)+$/.test(first.text)) {
    throw new ImportFormatError(
      "The file is CSV. Convert it to one JSON object per line: npx csvtojson old.csv | jq -c '.[]' > new.ndjson",
    );
  }
}

function check(lines: readonly Line[], rules: LineRules): Checked {
  const faults: [number, string][] = [];
  const subscriptions: StoredSubscription[] = [];
  const numbers: number[] = [];
  for (const line of lines) {
    const { number } = line;
    const read = 'fault' in line ? line : readLine(line.text, rules);
    if ('fault' in read) {
      faults.push([number, read.fault]);
    } else {
      subscriptions.push(read.subscription);
      numbers.push(number);
    }
  }
  return { last: lines.at(-1)!, faults, subscriptions, numbers };
}
