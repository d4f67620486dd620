const SLOTS = 256;
/** Longer strings are rarely the same. */
const MAX_BYTES = 32;

interface Slot {
  readonly bytes: Buffer;
  readonly text: string;
}

/**
 * Remembers what short encoded strings mean, because answers repeat (a server's name, the second of a date). A slot
 * holds one string, so it takes at most 256 times 32 bytes and their texts.
 */
export class StringMemo {
  readonly #slots: (Slot | undefined)[] = Array.from({ length: SLOTS });
  #slot = 0;

  /** The text of `buffer[start, end)`, if it is known. Else {@link learn} it next. */
  recall(buffer: Buffer, start: number, end: number): string | undefined {
    const length = end - start;
    if (length > MAX_BYTES) return undefined;
    let hash = length;
    for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + (buffer[at] ?? 0)) | 0;
    this.#slot = (hash ^ (hash >>> 8)) & (SLOTS - 1);
    const slot = this.#slots[this.#slot];
    if (slot === undefined || slot.bytes.length !== length) return undefined;
    for (let at = 0; at < length; at += 1) if (slot.bytes[at] !== buffer[start + at]) return undefined;
    return slot.text;
  }

  /** The meaning of the last requested string. */
  learn(buffer: Buffer, start: number, end: number, text: string): void {
    if (end - start > MAX_BYTES) return;
    this.#slots[this.#slot] = { bytes: Buffer.from(buffer.subarray(start, end)), text };
  }
}
