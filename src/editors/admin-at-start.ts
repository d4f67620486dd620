import type { Logger } from '../ops/logger.ts';
import type { AuditLog } from './audit.ts';
import { ADMIN_ID, type EditorStore } from './store.ts';

/**
 * Sees to it that there is an admin when a server starts, and writes down what that changed.
 * @param deps.adminKey the configured one
 * @param deps.onNewKey given a key that was made, which nobody can read again
 */
export async function prepareAdmin(deps: {
  editors: Pick<EditorStore, 'ensureAdmin'>;
  audit: Pick<AuditLog, 'append'>;
  adminKey: string | undefined;
  logger: Logger;
  onNewKey: (key: string) => void;
}): Promise<void> {
  const result = await deps.editors.ensureAdmin({ adminKey: deps.adminKey });
  const note = (action: string): Promise<void> =>
    deps.audit.append({ editorId: 'server', action, target: ADMIN_ID });
  switch (result.type) {
    case 'added':
      // First of all: what comes next may fail.
      if (result.key !== undefined) deps.onNewKey(result.key);
      return note('editor.add-admin');
    case 'replaced':
      return note('editor.replace-key');
    case 'revoked':
      deps.logger.warn('ADMIN_KEY opens nothing: the editor "admin" was revoked, for good');
      return undefined;
    case 'unchanged':
      return undefined;
  }
}
