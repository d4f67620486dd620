import type { ErrorRequestHandler, Request } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { REFUSED, type AuditLog } from '../editors/audit.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import type { Logger } from '../ops/logger.ts';

/** What an editor asked for and the newsroom's rules did not allow. Text that is not valid is no action. */
const REFUSALS: ReadonlySet<ProblemCode> = new Set([
  'forbidden',
  'wrong-status',
  'version-conflict',
  'precondition-failed',
  'duplicate-alert',
]);
/** Of an editor in a minute and process: a script that repeats itself must not fill the log. */
const MOST_A_MINUTE = 30;

/** Writes refused actions of editors to the audit log, before the refusal is answered. */
export function recordRefusedActions(deps: {
  readonly audit: Pick<AuditLog, 'append'>;
  readonly editorOf: (request: Request) => Editor | undefined;
  readonly logger: Logger;
}): ErrorRequestHandler {
  const limit = new RateLimiterMemory({ points: MOST_A_MINUTE, duration: 60 });

  async function write(editorId: string, target: string): Promise<void> {
    const isFew = await limit.consume(editorId).then(
      () => true,
      () => false,
    );
    if (isFew) await deps.audit.append({ editorId, action: REFUSED, target });
    else deps.logger.warn({ editorId, target }, 'too many refused actions for the audit log');
  }

  return async (thrown: unknown, request, _response, next) => {
    const editor = deps.editorOf(request);
    if (editor !== undefined && thrown instanceof Problem && REFUSALS.has(thrown.code)) {
      const target = `${request.method} ${request.path.slice(0, 80)}: ${thrown.code}`;
      await write(editor.id, target).catch((fault: unknown) => {
        deps.logger.error({ err: fault, editorId: editor.id, target }, 'could not record a refused action');
      });
    }
    next(thrown);
  };
}
