import type { DeskConfig } from './answers.ts';
import type { Words } from './words/words.ts';

export function topicNames(
  ids: readonly string[],
  { topics }: DeskConfig,
  { language }: Pick<Words, 'language'>,
): string {
  const names = ids.map((id) => topics.find((topic) => topic.id === id)?.names[language] ?? id);
  return new Intl.ListFormat(language, { type: 'unit' }).format(names);
}
