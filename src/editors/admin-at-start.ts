import type { Logger } from '../ops/logger.ts';
import type { EditorStore } from './store.ts';

/**
 * Makes sure that a server starts with an admin.
 * @param deps.adminKey the configured key
 * @param deps.onNewKey takes a key that was made; it cannot be read again
 */
export async function prepareAdmin(deps: {
  editors: Pick<EditorStore, 'ensureAdmin'>;
  adminKey: string | undefined;
  logger: Pick<Logger, 'warn'>;
  onNewKey: (key: string) => void;
}): Promise<void> {
  const result = await deps.editors.ensureAdmin({ adminKey: deps.adminKey });
  if (result.type === 'added' && result.key !== undefined) deps.onNewKey(result.key);
  if (result.type === 'revoked') {
    deps.logger.warn('ADMIN_KEY has no effect: the editor "admin" was revoked for good');
  }
  if ('role' in result && result.role !== 'admin' && deps.adminKey !== undefined) {
    deps.logger.warn(
      { role: result.role },
      'ADMIN_KEY is the key of an editor who is no longer an admin: "ajil editors add --role admin" adds one',
    );
  }
}
