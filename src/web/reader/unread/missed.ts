import { primaryLanguage } from '../../../alerts/language.ts';
import type { Alert, Urgency } from '../../../alerts/schema.ts';
import type { Preferences } from '../../subscription/preferences.ts';

/** The loudest first. Not the schema's own list: it would bring a library into the page. */
const URGENCIES: readonly Urgency[] = ['flash', 'urgent', 'normal'];

/**
 * Of some alerts those that the reader's choices would have brought since the last visit, but no notification showed.
 * @param shown ids of the alerts that a notification showed @param sinceMs the last visit
 */
export function missedOf(
  alerts: readonly Alert[],
  { topics, urgency, lang }: Preferences,
  shown: ReadonlySet<string>,
  sinceMs: number,
): readonly Alert[] {
  return alerts.filter(
    (alert) =>
      alert.change !== 'retraction' &&
      firstPublishedMs(alert) > sinceMs &&
      !shown.has(alert.id) &&
      URGENCIES.indexOf(alert.urgency) <= URGENCIES.indexOf(urgency) &&
      alert.topics.some((topic) => topics.includes(topic)) &&
      (lang === undefined || primaryLanguage(lang) === primaryLanguage(alert.lang)),
  );
}

/** A later version has a time of its own; its alert may have waited as a draft before the first. */
export const firstPublishedMs = ({ version, createdAt, publishedAt }: Alert): number =>
  Date.parse(version === 1 ? (publishedAt ?? createdAt) : createdAt);
