import { keys } from '../redis/keys.ts';
import { timePrefix } from './id.ts';
import { primaryLanguage } from './language.ts';
import type { EditorAlert } from './schema.ts';

type Indexed = Pick<EditorAlert, 'topics' | 'lang'>;

/** An alert's member in the indexes: by the time of its publication, or of its creation until then. */
export const placeOf = ({ id, publishedAt, createdAt }: EditorAlert): string =>
  timePrefix(Date.parse(publishedAt ?? createdAt)) + id;

/** Keys of the indexes that editors' lists read. */
export const editorsIndexes = (alert: Indexed): string[] => indexesOf(alert, keys.alertsAll);

/** Keys of the indexes that readers' lists read. They hold public alerts only. */
export const readersIndexes = (alert: Indexed): string[] => indexesOf(alert, keys.alertsPublished);

/** One index for each topic and one for all topics, each in the alert's language and in all languages: so every list is exact. */
const indexesOf = ({ topics, lang }: Indexed, view: (topic: string, lang: string) => string): string[] =>
  ['*', ...topics].flatMap((topic) => ['*', primaryLanguage(lang)].map((language) => view(topic, language)));
