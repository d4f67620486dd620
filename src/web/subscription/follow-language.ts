import { readRecord } from './record.ts';
import { changePreferences } from './subscribe.ts';

/**
 * The reader switched the page's language: the notifications change too, unless the reader chose their language, or they
 * are not in the page's (docs/decisions/0010).
 * @returns whether they changed
 * @throws as {@link changePreferences} does
 */
export async function followLanguage(
  vapidPublicKey: string,
  before: string,
  language: string,
): Promise<boolean> {
  const record = await readRecord();
  if (record === undefined || record.languageChosen === true) return false;
  if (record.preferences.lang !== before) return false;
  const registration = await navigator.serviceWorker.ready;
  await changePreferences({ registration, vapidPublicKey }, { lang: language });
  return true;
}
