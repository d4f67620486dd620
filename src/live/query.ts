import { primaryLanguage } from '../alerts/language.ts';
import { langSchema, topicIdSchema, URGENCIES, urgencySchema, type Alert } from '../alerts/schema.ts';
import { parseCursor, type Cursor } from './cursor.ts';
import type { LiveFilter } from './protocol.ts';
import type { QueryError } from './refusal.ts';

const MAX_TOPICS = 50;

export type LiveQuery =
  | { readonly ok: true; readonly filter: LiveFilter; readonly cursor: Cursor | undefined }
  | { readonly ok: false; readonly errors: readonly QueryError[] };

/**
 * Reads `?topics=&urgency=&lang=&cursor=`. A cursor that is none of ours is as good as none. The filter comes in canonical
 * form: who wants the same has the same {@link filterKey}.
 */
export function parseLiveQuery(query: URLSearchParams): LiveQuery {
  const errors: QueryError[] = [];
  const topics = (query.get('topics') ?? '').split(',').filter((topic) => topic !== '');
  if (topics.length > MAX_TOPICS || topics.some((topic) => !topicIdSchema.safeParse(topic).success)) {
    errors.push({ parameter: 'topics', detail: `at most ${MAX_TOPICS} topic ids, separated by commas` });
  }
  const urgency = urgencySchema.safeParse(query.get('urgency') ?? 'normal');
  if (!urgency.success) errors.push({ parameter: 'urgency', detail: `one of ${URGENCIES.join(', ')}` });
  const tag = query.get('lang');
  const lang = tag === null || tag === '' ? undefined : langSchema.safeParse(tag);
  if (lang?.success === false) errors.push({ parameter: 'lang', detail: 'a BCP 47 language tag such as ar' });
  if (!urgency.success || lang?.success === false || errors.length > 0) return { ok: false, errors };
  return {
    ok: true,
    filter: {
      topics: [...new Set(topics)].sort(),
      urgency: urgency.data,
      lang: lang === undefined ? undefined : primaryLanguage(lang.data),
    },
    cursor: parseCursor(query.get('cursor') ?? ''),
  };
}

/** The same for all filters, in canonical form, that want the same. */
export const filterKey = ({ topics, urgency, lang }: LiveFilter): string =>
  `${urgency} ${lang ?? '*'} ${topics.join(',')}`;

/** What of a version a filter looks at. */
export type Facets = Pick<Alert, 'topics' | 'urgency' | 'lang'>;

/** Whether a connection with this filter wants the alert. */
export function wants(filter: LiveFilter, alert: Facets): boolean {
  return (
    URGENCIES.indexOf(alert.urgency) <= URGENCIES.indexOf(filter.urgency) &&
    (filter.lang === undefined || primaryLanguage(filter.lang) === primaryLanguage(alert.lang)) &&
    (filter.topics.length === 0 || filter.topics.some((topic) => alert.topics.includes(topic)))
  );
}
