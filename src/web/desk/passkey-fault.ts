import type { ProblemDetails } from './answers.ts';
import type { PasskeyFault } from './passkey-browser.ts';
import type { PasskeyWords } from './words/passkeys-words.ts';
import { fill, isolate } from './words/words.ts';

/** Why nothing came of a passkey, and what to do. */
export function passkeyFault(
  answer:
    | { readonly type: PasskeyFault | 'silent' }
    | { readonly type: 'refused'; readonly problem: ProblemDetails },
  text: PasskeyWords,
): string {
  if (answer.type === 'silent') return text.noServer;
  if (answer.type !== 'refused') return text.faults[answer.type];
  const { code, detail } = answer.problem;
  return code === 'unauthenticated' ? text.refused : fill(text.serverSays, { detail: isolate(detail) });
}
