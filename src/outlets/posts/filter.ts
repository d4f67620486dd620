import { primaryLanguage } from '../../alerts/language.ts';
import { URGENCIES, type Alert } from '../../alerts/schema.ts';
import type { Outlet } from './outlet.ts';

/** Whether an outlet posts alerts like this. */
export function wants(
  { topics, languages, leastUrgency }: Pick<Outlet, 'topics' | 'languages' | 'leastUrgency'>,
  alert: Pick<Alert, 'topics' | 'lang' | 'urgency'>,
): boolean {
  const lang = primaryLanguage(alert.lang);
  return (
    URGENCIES.indexOf(alert.urgency) <= URGENCIES.indexOf(leastUrgency) &&
    (topics.length === 0 || topics.some((topic) => alert.topics.includes(topic))) &&
    (languages.length === 0 || languages.some((one) => primaryLanguage(one) === lang))
  );
}
