import { keys } from '../redis/keys.ts';
import { timePrefix } from './id.ts';
import { primaryLanguage } from './language.ts';
import type { EditorAlert } from './schema.ts';

type Indexed = Pick<EditorAlert, 'topics' | 'lang' | 'story'>;

/** An alert's member in the indexes: by the time of its publication, or of its creation until then. */
export const placeOf = ({ id, publishedAt, createdAt }: EditorAlert): string =>
  timePrefix(Date.parse(publishedAt ?? createdAt)) + id;

/** Keys of the indexes that editors' lists read. */
export const editorsIndexes = (alert: Indexed): string[] => indexesOf(alert, keys.alertsAll);

/** Keys of the indexes that readers' lists read. They hold public alerts only. */
export const readersIndexes = (alert: Indexed): string[] => indexesOf(alert, keys.alertsPublished);

/** The name of a story's index, in the place of a topic: no topic's id has a slash. */
export const storyIndex = (story: string): string => `story/${story}`;

/**
 * One index for each topic and one for all topics, each in the alert's language and in all languages: so every list is exact.
 * A story is in one language.
 */
const indexesOf = (
  { topics, lang, story }: Indexed,
  view: (topic: string, lang: string) => string,
): string[] => [
  ...['*', ...topics].flatMap((topic) =>
    ['*', primaryLanguage(lang)].map((language) => view(topic, language)),
  ),
  ...(story === null ? [] : [view(storyIndex(story), '*')]),
];
