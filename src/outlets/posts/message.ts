import { primaryLanguage } from '../../alerts/language.ts';
import { labelName } from '../../alerts/naming.ts';
import type { Alert } from '../../alerts/schema.ts';
import { ALERT_PAGE } from '../../words/words.ts';

/** An alert as it is posted, before a service cuts it to its length. */
export interface Message {
  /** One line, which says what the version is. */
  readonly title: string;
  /** The most important first. */
  readonly paragraphs: readonly string[];
  readonly link: string;
  readonly lang: string;
  readonly dir: 'ltr' | 'rtl';
  /** Its readers should not be disturbed. */
  readonly isQuiet: boolean;
  /** RFC 3339: of the version. */
  readonly at: string;
}

const PAGE_WORDS: Readonly<Record<string, { readonly retracted: string }>> = ALERT_PAGE;

/**
 * The note of a correction comes before the text. A retraction repeats its headline under its name, says that nobody may rely
 * on it, and leads to the alert's own page.
 * @param alert as it is sent (`asSent`)
 */
export function messageOf(alert: Alert, publicUrl: string): Message {
  const { change, note, body, lang } = alert;
  const isRetraction = change === 'retraction';
  const warning = PAGE_WORDS[primaryLanguage(lang)]?.retracted;
  const paragraphs = isRetraction ? [note, warning] : change === 'correction' ? [note, body] : [body];
  return {
    title: titleOf(alert),
    paragraphs: paragraphs
      .flatMap((text) => text?.split(/\n+/) ?? [])
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    link: (isRetraction ? null : alert.url) ?? `${publicUrl}/a/${alert.id}`,
    lang,
    dir: alert.dir,
    isQuiet: alert.urgency === 'normal',
    at: alert.publishedAt ?? alert.createdAt,
  };
}

/** What is quiet and new needs no name; and many headlines say themselves that they are breaking. */
function titleOf(alert: Alert): string {
  const { headline, lang, change, urgency } = alert;
  const label = labelName(alert, lang, false);
  const isPlain = (change === 'new' && urgency === 'normal') || headline.startsWith(label);
  return isPlain ? headline : `${label}: ${headline}`;
}
