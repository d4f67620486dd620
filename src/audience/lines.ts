import { isUtf8 } from 'node:buffer';

/** A line of a file: its number (from 1), its text or its fault, and the byte at which the next line begins. */
export type Line = { readonly number: number; readonly end: number } & (
  { readonly text: string } | { readonly fault: string }
);

/** An endpoint may have 2,048 characters, and the preferences some hundred: more than this is no subscription. */
const MAX_LINE_BYTES = 16 * 1024;
const NEWLINE = 0x0a;

/**
 * Cuts a stream into groups of lines, without empty ones. Holds one group and one line at most.
 * @param from where the stream begins in its file: lines and bytes before it
 */
export async function* readLines(
  stream: AsyncIterable<Buffer>,
  group: number,
  from: { readonly lines: number; readonly bytes: number },
): AsyncGenerator<Line[]> {
  let { lines: number, bytes: end } = from;
  let rest: Buffer[] = [];
  let restBytes = 0;
  let lines: Line[] = [];

  const take = (part: Buffer, lineEnd: number): void => {
    const bytes = rest.length === 0 ? part : Buffer.concat([...rest, part]);
    const tooLong = restBytes + part.length > MAX_LINE_BYTES;
    rest = [];
    restBytes = 0;
    number += 1;
    if (tooLong) {
      lines.push({ number, fault: 'is too long', end: lineEnd });
    } else if (!isUtf8(bytes)) {
      // A decoder would replace the wrong bytes by U+FFFD.
      lines.push({ number, fault: 'is not UTF-8', end: lineEnd });
    } else {
      const text = bytes.toString('utf8').trim();
      if (text !== '') lines.push({ number, text, end: lineEnd });
    }
  };

  for await (const chunk of stream) {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, at), end + at + 1);
      start = at + 1;
      if (lines.length >= group) {
        yield lines;
        lines = [];
      }
    }
    const part = chunk.subarray(start);
    restBytes += part.length;
    if (restBytes <= MAX_LINE_BYTES) rest.push(part);
    end += chunk.length;
  }
  if (restBytes > 0) take(Buffer.alloc(0), end);
  if (lines.length > 0) yield lines;
}
