import { primaryLanguage } from '../alerts/language.ts';
import type { Urgency } from '../alerts/schema.ts';
import type { Preferences } from './schema.ts';

/** Names of the bitmaps that tell which readers want what. */
export const urgencySet = (urgency: Urgency): string => `u:${urgency}`;
export const topicSet = (topic: string): string => `t:${topic}`;
export const languageSet = (lang: string | undefined): string =>
  `l:${lang === undefined ? '*' : primaryLanguage(lang)}`;

const HEARD = {
  flash: ['flash'],
  urgent: ['flash', 'urgent'],
  normal: ['flash', 'urgent', 'normal'],
} as const satisfies Record<Urgency, readonly Urgency[]>;

/** The set that every reader is in. */
export const EVERYBODY = urgencySet('flash');

/** The sets of every urgency that is at least as loud as the quietest that a reader wants. */
export const urgencySets = (quietest: Urgency): string[] => HEARD[quietest].map(urgencySet);

/** The sets of a reader, its language's first. */
export function setNames(preferences: Preferences): string[] {
  return [
    languageSet(preferences.lang),
    ...urgencySets(preferences.urgency),
    ...new Set(preferences.topics.map(topicSet)),
  ];
}

/** The topics among the names of sets, in the order of the alphabet. */
export function topicsOf(names: readonly string[]): string[] {
  return names
    .filter((name) => name.startsWith('t:'))
    .map((name) => name.slice(2))
    .sort();
}
