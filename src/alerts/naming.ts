import { CHANGES } from '../words/words.ts';
import { primaryLanguage } from './language.ts';
import type { Alert } from './schema.ts';

// How readers are told what a version is: in the bar, on the pages and in notifications. In English where we lack the
// language.

const NAMES: Readonly<Record<string, Readonly<Record<keyof typeof CHANGES.en, string>>>> = CHANGES;

const namesIn = (lang: string) => NAMES[primaryLanguage(lang)] ?? CHANGES.en;

export const changeName = (change: Alert['change'], lang: string): string => namesIn(lang)[change];

/** Whether a version says that what readers were told before is wrong. */
export const takesBack = (change: Alert['change']): boolean =>
  change === 'correction' || change === 'retraction';

/**
 * The headline where nothing beside it says what the version is: a correction or a retraction names itself, because
 * nobody may take it for the news. Other changes are not named, so that the headline keeps its room.
 */
export const titleOf = ({ change, headline }: Pick<Alert, 'change' | 'headline'>, lang: string): string =>
  takesBack(change) ? `${changeName(change, lang)}: ${headline}` : headline;

/** The word in front of a headline. What is quiet, or has expired, is not called breaking. */
export function labelName(
  { change, urgency }: Pick<Alert, 'change' | 'urgency'>,
  lang: string,
  hasExpired: boolean,
): string {
  return namesIn(lang)[change === 'new' && (urgency === 'normal' || hasExpired) ? 'news' : change];
}
