#!/usr/bin/env node
// Verifies evidence of an alert: node verify-evidence.mjs FILE [--key KEY]. It needs Node 20 and nothing else: no network, no
// Ajil, no other file. docs/evidence.md says what the lines mean.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const HELP = `node verify-evidence.mjs FILE [--key KEY]

Verifies that no byte of the evidence was changed since Ajil signed it, and that its numbers add up. Exit code 0: it did not
find a fault; 1: it did; 2: wrong usage.

  --key KEY   the newsroom's key, as the newsroom gave it to you. Without it the evidence is only checked against the key
              that it names itself, which anybody could have made.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { key: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
const [name] = positionals;
if (values.help || name === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const faults = [];
/** @param {boolean} isTrue @param {string} fault */
function demand(isTrue, fault) {
  if (!isTrue) faults.push(fault);
}

/** The Merkle tree hash of RFC 9162, section 2.1.1. @param {string[]} leaves */
function merkleRoot(leaves) {
  const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const hashes = leaves.map((leaf) => sha256(Buffer.of(0), leaf));
  const rootOf = (from, to) => {
    if (to - from === 1) return hashes[from];
    let half = 1;
    while (half * 2 < to - from) half *= 2;
    return sha256(Buffer.of(1), rootOf(from, from + half), rootOf(from + half, to));
  };
  return (leaves.length === 0 ? sha256() : rootOf(0, leaves.length)).toString('hex');
}

/** @returns {any[]} the facts @param {string} text */
function read(text) {
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new Error('The last line is cut off.');
  const last = lines.pop() ?? '';
  const { kind, leaves, root, publicKey, signature } = JSON.parse(last);
  const facts = lines.map((line) => JSON.parse(line));
  demand(kind === 'root' && leaves === lines.length, 'Lines are missing, or there are too many.');
  demand(root === merkleRoot(lines), 'The lines are not those that were signed.');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  const signed = Buffer.from(`${facts[0]?.format} ${leaves} ${root}`);
  demand(verify(null, signed, key, Buffer.from(signature, 'base64url')), 'The signature is wrong.');
  // Another spelling of the same values would still verify.
  const spelled = JSON.stringify({ kind, leaves, root, publicKey, signature });
  demand(
    spelled === last && Buffer.from(signature, 'base64url').toString('base64url') === signature,
    'The last line was changed.',
  );
  demand(
    facts[0]?.kind === 'head' && facts[0].format === 'ajil-evidence-1',
    'This is no evidence of a known format.',
  );
  if (values.key !== undefined)
    demand(publicKey === values.key, 'It was signed with another key than the one you were given.');
  return facts;
}

/** @param {any[]} facts */
function addUp(facts) {
  const sum = (list, field) => list.reduce((all, one) => all + one[field], 0);
  for (const { version, audience, outcomes } of facts.filter(({ kind }) => kind === 'report')) {
    const shards = facts.filter((fact) => fact.kind === 'ledger' && fact.version === version);
    const all = Object.values(outcomes).reduce((total, count) => total + count, 0);
    demand(all === audience, `Version ${version}: the outcomes do not add up to the audience.`);
    if (shards.length === 0) continue;
    demand(
      sum(shards, 'audience') === audience,
      `Version ${version}: the ledger has another audience than the report.`,
    );
    demand(
      sum(shards, 'settled') === audience - outcomes.pending,
      `Version ${version}: the ledger has other outcomes than the report.`,
    );
  }
  const audit = facts.filter(({ kind }) => kind === 'audit');
  const isWhole = audit.every(({ prev }, index) => index === 0 || prev === audit[index - 1].hash);
  demand(isWhole, 'Entries of the audit log are missing.');
}

/** @param {any[]} facts */
function tell(facts) {
  const [{ alertId, madeAt, madeBy }] = facts;
  const names = new Map(facts.filter(({ kind }) => kind === 'editor').map(({ id, name: of }) => [id, of]));
  const nameOf = (id) => (id === null ? 'nobody' : (names.get(id) ?? id));
  console.log(`Alert ${alertId}, as stored on ${madeAt} (${madeBy})`);
  for (const { alert } of facts.filter(({ kind }) => kind === 'version')) {
    const report = facts.find((fact) => fact.kind === 'report' && fact.version === alert.version);
    console.log(`\nVersion ${alert.version}: ${alert.change}, ${alert.status}`);
    console.log(`  ${alert.headline}`);
    console.log(`  written by ${nameOf(alert.createdBy)}, approved by ${nameOf(alert.approvedBy)}`);
    console.log(`  created ${alert.createdAt}, published ${alert.publishedAt ?? 'never'}`);
    if (report !== undefined) {
      const counts = Object.entries(report.outcomes).map(([outcome, count]) => `${outcome} ${count}`);
      console.log(`  to ${report.audience} devices: ${counts.join(', ')}`);
    }
  }
  console.log('\nWhat editors did:');
  for (const { entry } of facts.filter(({ kind }) => kind === 'audit')) {
    if (entry === undefined) continue;
    const { at, editorId, action } = JSON.parse(entry);
    console.log(`  ${at} ${action} by ${nameOf(editorId)}`);
  }
}

try {
  const facts = read(readFileSync(name, 'utf8'));
  if (faults.length === 0) addUp(facts);
  if (faults.length === 0) tell(facts);
} catch (error) {
  faults.push(`It cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(
  values.key === undefined
    ? '\nUnchanged since it was signed. By whom, only --key can tell.'
    : '\nUnchanged since the newsroom signed it.',
);
