import { primaryLanguage } from '../../alerts/language.ts';
import { readLang, readTopics, readUrgency, type Read } from '../../alerts/filter-text.ts';
import { URGENCIES, type Alert } from '../../alerts/schema.ts';
import { parseCursor, type Cursor } from '../log/cursor.ts';
import type { LiveFilter } from '../protocol.ts';
import type { QueryError } from './refusal.ts';

/** `lastEventId` is how polyfills of EventSource, which cannot set the header, say what they have seen. */
const PARAMETERS = ['topics', 'urgency', 'lang', 'cursor', 'lastEventId'];
/** Wrong parameters that are named. */
const MAX_ERRORS = 20;

export type LiveQuery =
  | { readonly ok: true; readonly filter: LiveFilter; readonly cursor: Cursor | undefined }
  | { readonly ok: false; readonly errors: readonly QueryError[] };

/**
 * Reads `?topics=&urgency=&lang=&cursor=` by the rules of `GET /v1/alerts`. A cursor that is none of ours is as good as none.
 * The filter comes in canonical form: two that want the same have the same {@link filterKey}.
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

/** A name that is not ours, or comes twice: what was meant by it would be passed over, and a page would never know. */
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

/** The same for all filters, in canonical form, that want the same. */
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
