import { ERROR, Http2Error } from './frames.ts';
import {
  DEFAULT_TABLE_BYTES,
  ENTRY_OVERHEAD_BYTES,
  FIRST_DYNAMIC_INDEX,
  STATIC_TABLE,
} from './hpack-static.ts';
import { decodeHuffman } from './huffman.ts';
import { StringMemo } from './string-memo.ts';

/** Our SETTINGS_MAX_HEADER_LIST_SIZE. Fields beyond it are decoded, because the table needs them, and dropped. */
export const MAX_HEADER_LIST_BYTES = 16_384;

/** Token characters, lower case, and a colon in front of a pseudo-header (RFC 9113, section 8.2.1). */
const FIELD_NAME = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// oxlint-disable-next-line no-control-regex -- exactly these are what a value must not hold
const FORBIDDEN_IN_VALUE = /[\0\r\n]/;

/** Every message that refers to a malformed field is malformed. */
type Entry = readonly [name: string, value: string, malformed?: boolean];

/** Has room for any Huffman string of one header block. All connections share it, because decoding never waits. */
let scratch = Buffer.allocUnsafe(4096);

/** Decodes the header blocks of one connection, in order (RFC 7541). One instance per connection. */
export class HpackDecoder {
  /** The last block's fields: name, value, name, value … The next call reuses the array. */
  readonly fields: string[] = [];
  /** The last block held a name or value that HTTP forbids. The message is malformed; the connection may go on. */
  malformed = false;

  /** Oldest first, from `#head` on. */
  #table: Entry[] = [];
  #head = 0;
  #tableBytes = 0;
  #tableLimit = DEFAULT_TABLE_BYTES;
  readonly #plainMemo = new StringMemo();
  readonly #huffmanMemo = new StringMemo();
  #listBytes = 0;
  #at = 0;
  #end = 0;
  #buffer: Buffer = scratch;

  /**
   * Decodes the whole block `buffer[start, end)` into {@link fields}.
   * @throws {Http2Error} COMPRESSION_ERROR, after which the connection cannot go on
   */
  decode(buffer: Buffer, start: number, end: number): readonly string[] {
    this.#buffer = buffer;
    this.#at = start;
    this.#end = end;
    this.fields.length = 0;
    this.#listBytes = 0;
    this.malformed = false;
    let sizeUpdatesAllowed = true;
    while (this.#at < end) {
      const byte = buffer[this.#at] ?? 0;
      if ((byte & 0xe0) === 0x20) {
        if (!sizeUpdatesAllowed)
          throw new Http2Error(ERROR.compression, 'a table size update inside a block');
        this.#resize(this.#integer(5));
        continue;
      }
      sizeUpdatesAllowed = false;
      if (byte & 0x80) {
        const [name, value] = this.#entry(this.#integer(7));
        this.#keep(name, value);
      } else {
        this.#literal(byte);
      }
    }
    return this.fields;
  }

  #literal(byte: number): void {
    const indexed = (byte & 0x40) !== 0;
    const before = this.malformed;
    this.malformed = false;
    const nameIndex = this.#integer(indexed ? 6 : 4);
    const name = nameIndex === 0 ? this.#string() : this.#entry(nameIndex)[0];
    const value = this.#string();
    if (nameIndex === 0 && !FIELD_NAME.test(name)) this.malformed = true;
    this.#keep(name, value);
    if (indexed) this.#insert(name, value);
    this.malformed ||= before;
  }

  #keep(name: string, value: string): void {
    this.#listBytes += name.length + value.length + ENTRY_OVERHEAD_BYTES;
    if (this.#listBytes <= MAX_HEADER_LIST_BYTES) this.fields.push(name, value);
  }

  #entry(index: number): Entry {
    const entry: Entry | undefined =
      index < FIRST_DYNAMIC_INDEX
        ? STATIC_TABLE[index - 1]
        : this.#table[this.#table.length - 1 - (index - FIRST_DYNAMIC_INDEX)];
    const held = index < FIRST_DYNAMIC_INDEX || index - FIRST_DYNAMIC_INDEX < this.#table.length - this.#head;
    if (entry === undefined || !held) throw new Http2Error(ERROR.compression, `no table entry ${index}`);
    if (entry[2] === true) this.malformed = true;
    return entry;
  }

  #insert(name: string, value: string): void {
    const bytes = name.length + value.length + ENTRY_OVERHEAD_BYTES;
    this.#evictTo(this.#tableLimit - bytes);
    if (bytes > this.#tableLimit) return; // an entry that does not fit empties the table (section 4.4)
    this.#table.push([name, value, this.malformed]);
    this.#tableBytes += bytes;
  }

  #resize(limit: number): void {
    if (limit > DEFAULT_TABLE_BYTES) throw new Http2Error(ERROR.compression, `a table of ${limit} bytes`);
    this.#tableLimit = limit;
    this.#evictTo(limit);
  }

  #evictTo(bytes: number): void {
    while (this.#tableBytes > bytes && this.#head < this.#table.length) {
      const [name, value] = this.#table[this.#head] ?? ['', ''];
      this.#tableBytes -= name.length + value.length + ENTRY_OVERHEAD_BYTES;
      this.#head += 1;
    }
    if (this.#head > 256 || this.#head === this.#table.length) {
      this.#table = this.#table.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Section 5.1. At most four continuation bytes, because no value is longer than a frame. */
  #integer(prefixBits: number): number {
    const mask = (1 << prefixBits) - 1;
    let value = (this.#buffer[this.#at++] ?? 0) & mask;
    if (value < mask) return value;
    for (let shift = 0; shift < 28; shift += 7) {
      if (this.#at >= this.#end) throw new Http2Error(ERROR.compression, 'a block that ends inside a number');
      const byte = this.#buffer[this.#at++] ?? 0;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Http2Error(ERROR.compression, 'a number that is too long');
  }

  #string(): string {
    if (this.#at >= this.#end) throw new Http2Error(ERROR.compression, 'a block that ends before a string');
    const huffman = ((this.#buffer[this.#at] ?? 0) & 0x80) !== 0;
    const length = this.#integer(7);
    const start = this.#at;
    const end = start + length;
    if (end > this.#end) throw new Http2Error(ERROR.compression, 'a block that ends inside a string');
    this.#at = end;
    const memo = huffman ? this.#huffmanMemo : this.#plainMemo;
    const known = memo.recall(this.#buffer, start, end);
    if (known !== undefined) return known;
    const text = this.#text(huffman, start, end);
    if (FORBIDDEN_IN_VALUE.test(text)) this.malformed = true;
    else memo.learn(this.#buffer, start, end, text);
    return text;
  }

  #text(huffman: boolean, start: number, end: number): string {
    if (!huffman) return this.#buffer.toString('latin1', start, end);
    const bound = (end - start) * 2;
    if (scratch.length < bound) scratch = Buffer.allocUnsafe(bound);
    return scratch.toString('latin1', 0, decodeHuffman(this.#buffer, start, end, scratch));
  }
}
