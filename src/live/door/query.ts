import { primaryLanguage } from '../../alerts/language.ts';
import { readLang, readTopics, readUrgency, type Read } from '../../alerts/filter-text.ts';
import { URGENCIES, type Alert } from '../../alerts/schema.ts';
import { parseCursor, type Cursor } from '../log/cursor.ts';
import type { LiveFilter } from '../protocol.ts';
import type { QueryError } from './refusal.ts';

/** Polyfills of EventSource cannot set the header `Last-Event-ID`; they send `lastEventId`. */
const PARAMETERS = ['topics', 'urgency', 'lang', 'cursor', 'lastEventId'];
/** Wrong parameters that a refusal names, at most. */
const MAX_ERRORS = 20;

export type LiveQuery =
  | { readonly ok: true; readonly filter: LiveFilter; readonly cursor: Cursor | undefined }
  | { readonly ok: false; readonly errors: readonly QueryError[] };

/**
 * Reads `?topics=&urgency=&lang=&cursor=` by the rules of `GET /v1/alerts`. A cursor that is not ours counts as no cursor.
 * The filter has canonical form: two filters that want the same alerts have the same {@link filterKey}.
 */
export function parseLiveQuery(query: URLSearchParams): LiveQuery {
  const topics = readTopics(query.get('topics') ?? '');
  const urgency = readUrgency(query.get('urgency')?.trim() || 'normal');
  const lang = readLang(query.get('lang') ?? '');
  const errors = [...strangeNames(query), ...Object.entries({ topics, urgency, lang }).flatMap(errorOf)];
  if ('fault' in topics || 'fault' in urgency || 'fault' in lang || errors.length > 0) {
    return { ok: false, errors: errors.slice(0, MAX_ERRORS) };
  }
  return {
    ok: true,
    filter: {
      topics: topics.value.sort(),
      urgency: urgency.value,
      lang: lang.value === undefined ? undefined : primaryLanguage(lang.value),
    },
    cursor: parseCursor(query.get('cursor') || (query.get('lastEventId') ?? '')),
  };
}

/** Faults of names that we do not know, or that come twice. If we ignored them, the page would never learn of its mistake. */
function strangeNames(query: URLSearchParams): QueryError[] {
  return [...new Set(query.keys())].flatMap((name) => {
    if (!PARAMETERS.includes(name)) {
      return [{ parameter: name.slice(0, 40), detail: `is not one of ${PARAMETERS.join(', ')}` }];
    }
    return query.getAll(name).length > 1 ? [{ parameter: name, detail: 'is given more than once' }] : [];
  });
}

const errorOf = ([parameter, read]: [string, Read<unknown>]): QueryError[] =>
  'fault' in read ? [{ parameter, detail: read.fault }] : [];

/** One key for all filters in canonical form that want the same alerts. */
export const filterKey = ({ topics, urgency, lang }: LiveFilter): string =>
  `${urgency} ${lang ?? '*'} ${topics.join(',')}`;

/** The fields of a version that a filter uses. */
export type Facets = Pick<Alert, 'topics' | 'urgency' | 'lang'>;

/** Whether a connection with this filter wants the alert. */
export function wants(filter: LiveFilter, alert: Facets): boolean {
  return (
    URGENCIES.indexOf(alert.urgency) <= URGENCIES.indexOf(filter.urgency) &&
    (filter.lang === undefined || primaryLanguage(filter.lang) === primaryLanguage(alert.lang)) &&
    (filter.topics.length === 0 || filter.topics.some((topic) => alert.topics.includes(topic)))
  );
}
