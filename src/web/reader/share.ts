import { titleOf } from '../../alerts/naming.ts';
import type { Alert } from '../../alerts/schema.ts';

/**
 * Passes on an alert by its own page, which says what became of it: by the system's sheet, or as a link to paste.
 * @returns what to tell the reader; undefined: the system has
 */
export async function share(alert: Alert): Promise<'linkCopied' | 'shareFailed' | undefined> {
  const url = `${location.origin}/a/${alert.id}`;
  try {
    if ('share' in navigator) {
      await navigator.share({ title: titleOf(alert, alert.lang), url });
      return undefined;
    }
    await (navigator as Navigator).clipboard.writeText(url);
    return 'linkCopied';
  } catch (error) {
    return error instanceof DOMException && error.name === 'AbortError' ? undefined : 'shareFailed';
  }
}
