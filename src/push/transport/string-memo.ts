const ENTRIES = 256;
/** Longer strings are rarely the same. */
const MAX_BYTES = 32;

interface Entry {
  readonly bytes: Buffer;
  readonly text: string;
}

/**
 * Remembers the texts of short encoded strings, because answers repeat (a server's name, the second of a date). An entry
 * holds one string, so the memo takes at most 256 times 32 bytes and their texts.
 */
export class StringMemo {
  readonly #entries: (Entry | undefined)[] = Array.from({ length: ENTRIES });
  #at = 0;

  /** The text of `buffer[start, end)`, if it is known. If not, call {@link learn} next. */
  recall(buffer: Buffer, start: number, end: number): string | undefined {
    const length = end - start;
    if (length > MAX_BYTES) return undefined;
    let hash = length;
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (buffer[at] ?? 0)) | 0;
    this.#at = (hash ^ (hash >>> 8)) & (ENTRIES - 1);
    const entry = this.#entries[this.#at];
    if (entry === undefined || entry.bytes.length !== length) return undefined;
    for (let at = 0; at < length; at += 1) if (entry.bytes[at] !== buffer[start + at]) return undefined;
    return entry.text;
  }

  /** Keeps the text of the last requested string. */
  learn(buffer: Buffer, start: number, end: number, text: string): void {
    if (end - start > MAX_BYTES) return;
    this.#entries[this.#at] = { bytes: Buffer.from(buffer.subarray(start, end)), text };
  }
}
