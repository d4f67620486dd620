import { createHash } from 'node:crypto';

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** The Merkle tree hash of RFC 9162, section 2.1.1 (SHA-256), built leaf by leaf. It holds a hash for each level. */
export class MerkleTree {
  /** Roots of full subtrees, the largest first, as the binary digits of {@link leaves} say. */
  readonly #roots: Buffer[] = [];
  leaves = 0;

  add(leaf: string): void {
    let hash = sha256(LEAF, Buffer.from(leaf));
    for (let size = this.leaves; size % 2 === 1; size = (size - 1) / 2) {
      hash = sha256(NODE, this.#roots.pop() ?? NODE, hash);
    }
    this.#roots.push(hash);
    this.leaves += 1;
  }

  /** Hexadecimal. */
  root(): string {
    const [last, ...larger] = this.#roots.toReversed();
    if (last === undefined) return sha256().toString('hex');
    return larger.reduce((right, left) => sha256(NODE, left, right), last).toString('hex');
  }
}

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
