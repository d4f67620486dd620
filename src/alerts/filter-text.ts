import { langSchema, topicIdSchema, urgencySchema, URGENCIES, type Urgency } from './schema.ts';

/** Topics of one filter, in a query, a preference or an attribute. */
export const MAX_TOPICS = 50;

/** The meaning of a query's text; or the fault, with the wrong value. */
export type Read<T> = { readonly value: T } | { readonly fault: string };

/** `world, ukraine`: people write lists with spaces. Each topic once, in their order. */
export function readTopics(text: string): Read<string[]> {
  const topics = [...new Set(items(text))];
  if (topics.length > MAX_TOPICS)
    return { fault: `holds ${topics.length} topics, but at most ${MAX_TOPICS} are allowed` };
  const wrong = topics.find((topic) => !topicIdSchema.safeParse(topic).success);
  if (wrong === undefined) return { value: topics };
  return {
    fault: `holds ${shown(wrong)}, which is not a topic id: use lower-case letters, digits and hyphens, such as world`,
  };
}

/** Undefined for an empty text: every language. */
export function readLang(text: string): Read<string | undefined> {
  const tag = text.trim();
  if (tag === '') return { value: undefined };
  const parsed = langSchema.safeParse(tag);
  if (parsed.success) return { value: parsed.data };
  const hint = langSchema.safeParse(tag.replaceAll('_', '-'));
  const meant = hint.success ? `: write ${hint.data}` : ': use a tag such as ar, en or pt-BR';
  return { fault: `is ${shown(tag)}, which is not a BCP 47 language tag${meant}` };
}

export function readUrgency(text: string): Read<Urgency> {
  const parsed = urgencySchema.safeParse(text.trim());
  return parsed.success
    ? { value: parsed.data }
    : { fault: `is ${shown(text.trim())}, but must be one of ${URGENCIES.join(', ')}` };
}

const items = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Shortens a stranger's value for our message. */
const shown = (value: string): string => JSON.stringify(value.slice(0, 40));
