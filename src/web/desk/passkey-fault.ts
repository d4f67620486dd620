import type { ProblemDetails } from './answers.ts';
import type { PasskeyFault } from './passkey-browser.ts';
import { refusalText } from './refusal-text.ts';
import { PASSKEY_WORDS } from './words/passkeys-words.ts';
import type { Words } from './words/words.ts';

/** Why nothing came of a passkey, and what to do. */
export function passkeyFault(
  answer:
    | { readonly type: PasskeyFault | 'silent' }
    | { readonly type: 'refused'; readonly problem: ProblemDetails },
  words: Words,
): string {
  const text = PASSKEY_WORDS[words.language];
  if (answer.type === 'silent') return text.noServer;
  if (answer.type !== 'refused') return text.faults[answer.type];
  const { problem } = answer;
  return problem.code === 'unauthenticated' ? text.refused : refusalText('passkeys', problem, words);
}
