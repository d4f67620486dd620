import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { MerkleTree } from '../../../src/evidence/merkle.ts';

const sha256 = (...parts: readonly (Buffer | string)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** RFC 9162, section 2.1.1, word for word. */
function treeHash(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0] ?? '');
  let half = 1;
  while (half * 2 < leaves.length) half *= 2;
  return sha256(Buffer.of(1), treeHash(leaves.slice(0, half)), treeHash(leaves.slice(half)));
}

test('the root is that of RFC 9162, for any number of leaves', () => {
  const tree = new MerkleTree();
  const leaves: string[] = [];
  for (let count = 0; count <= 70; count++) {
    expect([count, tree.root()]).toEqual([count, treeHash(leaves).toString('hex')]);
    leaves.push(`leaf ${count}`);
    tree.add(`leaf ${count}`);
  }
  expect(tree.leaves).toBe(71);
});
