import { createReadStream } from 'node:fs';
import { readLines, type Line } from '../audience/lines.ts';
import { chainedSchema, type Chained } from '../editors/audit-chain.ts';
import { CliError } from './exit.ts';

const GROUP = 500;

/** The entries of an exported log. @throws {CliError} at the first line that is none, as the last of a file that was cut */
export async function* readAuditFile(name: string): AsyncGenerator<readonly Chained[]> {
  const file = createReadStream(name) as AsyncIterable<Buffer>;
  for await (const lines of readLines(file, GROUP, { lines: 0, bytes: 0 })) {
    yield lines.map((line) => entryIn(line, name));
  }
}

function entryIn(line: Line, name: string): Chained {
  try {
    return chainedSchema.parse('text' in line ? JSON.parse(line.text) : undefined);
  } catch {
    throw new CliError(`Line ${line.number} of ${name} is no entry of the audit log.`);
  }
}
