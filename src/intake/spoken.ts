import type { Item } from './item.ts';
import { reason } from './reasons.ts';

/**
 * An edition in the language that the newsroom calls it by: `en-US` is for readers of `en`, where the newsroom has no other
 * English. One in a language that the newsroom does not have makes no alert.
 */
export function inNewsroomsLanguage(item: Item, languages: readonly string[]): Item {
  const { lang } = item;
  if (lang === null) return item;
  const known =
    languages.find((one) => one === lang) ?? languages.find((one) => baseOf(one) === baseOf(lang));
  if (known !== undefined) return { ...item, lang: known };
  return { ...item, unfit: item.unfit ?? reason('no-language', { lang }) };
}

const baseOf = (tag: string): string => tag.split('-', 1)[0] ?? tag;
