import type { EditorAlert } from '../../alerts/schema.ts';
import type { Words } from './words/words.ts';

/** What has become of a version, in a word or two; of what nobody cancelled also why. */
export const statusText = (
  { status, cancelledBecause }: Pick<EditorAlert, 'status' | 'cancelledBecause'>,
  { text }: Words,
): string =>
  status === 'cancelled' && cancelledBecause === 'expired' ? text.expiredUnsent : text.status[status];
