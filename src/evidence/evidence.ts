import { z } from 'zod';
import { VERSION } from '../ops/project.ts';
import { factsOf, type FactsDeps } from './facts.ts';
import type { EvidenceKeys } from './keys.ts';
import { MerkleTree } from './merkle.ts';

const FORMAT = 'ajil-evidence-1';

/**
 * The evidence of an alert as lines of JSON: a head, its facts, and a last line with the root of the Merkle tree over all
 * lines before it, signed (docs/evidence.md).
 * @returns no line: there is no such alert
 */
export async function* evidenceOf(
  deps: FactsDeps & { readonly keys: EvidenceKeys; readonly now: () => number },
  alertId: string,
): AsyncGenerator<string> {
  const tree = new MerkleTree();
  const head = JSON.stringify({
    kind: 'head',
    format: FORMAT,
    alertId,
    madeAt: new Date(deps.now()).toISOString(),
    madeBy: `Ajil ${VERSION}`,
  });
  for await (const fact of factsOf(deps, alertId)) {
    if (tree.leaves === 0) {
      tree.add(head);
      yield head;
    }
    const line = JSON.stringify(fact);
    tree.add(line);
    yield line;
  }
  if (tree.leaves === 0) return;
  const { leaves } = tree;
  const root = tree.root();
  const { publicKey } = deps.keys;
  // What is signed says what it is, so that no signature for something else can stand here.
  const signature = deps.keys.sign(`${FORMAT} ${leaves} ${root}`);
  yield JSON.stringify({ kind: 'root', leaves, root, publicKey, signature });
}

/**
 * Compares evidence with what is stored now.
 * @param lines of the evidence, without its head and its root
 * @returns the lines of the evidence that the store does not say any more, and those that only the store says. Receipts that
 *   came later change a report, and entries that came later lengthen the audit log: neither is a difference.
 */
export async function compareEvidence(
  deps: FactsDeps,
  alertId: string,
  lines: readonly string[],
): Promise<{ readonly gone: readonly string[]; readonly added: readonly string[] }> {
  const stored = new Set<string>();
  for await (const fact of factsOf(deps, alertId)) stored.add(lasting(JSON.stringify(fact)));
  const said = new Set(lines.map(lasting));
  return {
    gone: [...said].filter((line) => !stored.has(line)),
    added: [...stored].filter((line) => !said.has(line) && !line.startsWith('{"kind":"audit"')),
  };
}

const reportSchema = z.looseObject({ kind: z.literal('report') });

/** A fact without what still changes after an alert was sent: receipts and open pages. */
function lasting(line: string): string {
  const report = reportSchema.safeParse(parsed(line));
  if (!report.success) return line;
  const { receipts: _receipts, live: _live, ...rest } = report.data;
  return JSON.stringify(rest);
}

/** Undefined: no JSON, so nothing that was written here. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
