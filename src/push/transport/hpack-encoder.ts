import {
  DEFAULT_TABLE_BYTES,
  ENTRY_OVERHEAD_BYTES,
  FIRST_DYNAMIC_INDEX,
  STATIC_TABLE,
} from './hpack-static.ts';

interface Entry {
  readonly name: string;
  readonly value: string;
  /** How many entries were inserted before it. */
  readonly order: number;
}

const METHOD_POST = 0x83;
const SCHEME_HTTPS = 0x87;
const PATH_NEVER_INDEXED = 0x14;
const CONTENT_LENGTH = 28;

/** Most bytes of a block without authority, path and headers: table sizes, method, scheme, content-length. */
export const FIXED_BLOCK_BYTES = 64;

const staticNames = new Map<string, number>();
for (const [position, [name]] of STATIC_TABLE.entries()) {
  if (!staticNames.has(name)) staticNames.set(name, position + 1);
}

/**
 * Encodes the header blocks of one connection's POST requests, in order (RFC 7541). Headers are indexed, because they
 * repeat for thousands of requests. The path is never indexed: it is a reader's secret, and each request has another.
 * Huffman coding would cost more time than it saves bytes.
 */
export class HpackEncoder {
  #entries: Entry[] = [];
  #head = 0;
  #byName = new Map<string, Entry[]>();
  #bytes = 0;
  #limit = DEFAULT_TABLE_BYTES;
  #inserted = 0;
  /** The smallest limit since the last block. The block must announce it before the current limit (section 4.2). */
  #lowestUntold: number | undefined;
  #buffer: Buffer = Buffer.alloc(0);
  #at = 0;

  /** The peer's SETTINGS_HEADER_TABLE_SIZE. We never use more than 4,096 bytes of it. */
  setTableLimit(bytes: number): void {
    const limit = Math.min(bytes, DEFAULT_TABLE_BYTES);
    if (limit === this.#limit) return;
    this.#lowestUntold = Math.min(limit, this.#lowestUntold ?? limit);
    this.#limit = limit;
    this.#evictTo(limit);
  }

  /**
   * Writes one block at `at`. Returns the offset after it. `buffer` must have room for {@link FIXED_BLOCK_BYTES},
   * the authority, and the path, names and values with 8 bytes around each.
   */
  encode(
    buffer: Buffer,
    at: number,
    authority: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    contentLength: number,
  ): number {
    this.#buffer = buffer;
    this.#at = at;
    if (this.#lowestUntold !== undefined) {
      if (this.#lowestUntold < this.#limit) this.#integer(0x20, 5, this.#lowestUntold);
      this.#integer(0x20, 5, this.#limit);
      this.#lowestUntold = undefined;
    }
    buffer[this.#at++] = METHOD_POST;
    buffer[this.#at++] = SCHEME_HTTPS;
    this.#field(':authority', authority);
    buffer[this.#at++] = PATH_NEVER_INDEXED;
    this.#string(path);
    // eslint-disable-next-line guard-for-in -- a plain record; this is the hot path
    for (const name in headers) this.#field(name, headers[name] ?? '');
    this.#integer(0x00, 4, CONTENT_LENGTH);
    this.#string(String(contentLength));
    return this.#at;
  }

  #field(name: string, value: string): void {
    const known = this.#byName.get(name);
    if (known !== undefined) {
      for (const entry of known) {
        if (entry.value === value) {
          this.#integer(0x80, 7, FIRST_DYNAMIC_INDEX + this.#inserted - 1 - entry.order);
          return;
        }
      }
    }
    const bytes = name.length + value.length + ENTRY_OVERHEAD_BYTES;
    const indexed = bytes <= this.#limit;
    const nameIndex = staticNames.get(name) ?? 0;
    this.#integer(indexed ? 0x40 : 0x00, indexed ? 6 : 4, nameIndex);
    if (nameIndex === 0) this.#string(name);
    this.#string(value);
    if (indexed) this.#insert(name, value, bytes);
  }

  #insert(name: string, value: string, bytes: number): void {
    this.#evictTo(this.#limit - bytes);
    const entry = { name, value, order: this.#inserted };
    this.#inserted += 1;
    this.#entries.push(entry);
    this.#bytes += bytes;
    const same = this.#byName.get(name);
    if (same === undefined) this.#byName.set(name, [entry]);
    else same.push(entry);
  }

  #evictTo(bytes: number): void {
    while (this.#bytes > bytes) {
      const entry = this.#entries[this.#head];
      if (entry === undefined) return;
      this.#head += 1;
      this.#bytes -= entry.name.length + entry.value.length + ENTRY_OVERHEAD_BYTES;
      const same = this.#byName.get(entry.name);
      same?.shift(); // entries leave in the order of insertion, so it is the first of its name
      if (same?.length === 0) this.#byName.delete(entry.name);
    }
    if (this.#head > 256) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Section 5.1. */
  #integer(pattern: number, prefixBits: number, value: number): void {
    const mask = (1 << prefixBits) - 1;
    if (value < mask) {
      this.#buffer[this.#at++] = pattern | value;
      return;
    }
    this.#buffer[this.#at++] = pattern | mask;
    let rest = value - mask;
    while (rest > 0x7f) {
      this.#buffer[this.#at++] = 0x80 | (rest & 0x7f);
      rest >>>= 7;
    }
    this.#buffer[this.#at++] = rest;
  }

  #string(text: string): void {
    this.#integer(0x00, 7, text.length);
    this.#at += this.#buffer.write(text, this.#at, 'latin1');
  }
}
