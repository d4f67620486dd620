import { hkdfSync } from 'node:crypto';
import { join } from 'node:path';
import { createSecretFile, readIfThere } from '../ops/secret-file.ts';
import { newSecret } from './secrets.ts';

/** Thrown if no usable key exists. The message says what to do. */
export class AuditKeyError extends Error {
  override readonly name = 'AuditKeyError';
}

const BYTES = 32;

/**
 * The key of the audit log's hashes, 32 bytes. Several machines share a configured VAPID key, so the key is derived from it
 * (HKDF, RFC 5869). A single machine keeps the key in `dataDir/audit.key`, which is made (mode 0600) if it is missing.
 * @param source.vapidPrivateKey the configured key, base64url; undefined if the keys are in `dataDir`
 * @param source.mayCreate false if the log has entries: their key exists, and another one would be a mistake
 * @throws {AuditKeyError}
 */
export async function loadAuditKey(source: {
  dataDir: string;
  vapidPrivateKey: string | undefined;
  mayCreate: boolean;
}): Promise<Buffer> {
  if (source.vapidPrivateKey !== undefined) {
    const secret = Buffer.from(source.vapidPrivateKey, 'base64url');
    return Buffer.from(hkdfSync('sha256', secret, '', 'ajil audit log', BYTES));
  }
  const file = join(source.dataDir, 'audit.key');
  const stored = await readIfThere(file);
  if (stored === undefined && !source.mayCreate) {
    throw new AuditKeyError(
      `${source.dataDir} holds no audit.key although the audit log has entries: set DATA_DIR or the VAPID keys to the servers’ values.`,
    );
  }
  const key = Buffer.from((stored ?? (await createSecretFile(file, `${newSecret()}\n`))).trim(), 'base64url');
  if (key.length !== BYTES) {
    throw new AuditKeyError(
      `${file} is damaged: restore it from a backup, or delete it to start with a new key.`,
    );
  }
  return key;
}
