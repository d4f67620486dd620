import { directionOf } from '../../alerts/language.ts';
import type { Message } from './message.ts';

const ELLIPSIS = '…';
const GAP = '\n\n';
/** Of a paragraph that is cut, a shorter rest says nothing. */
const LEAST_REST = 20;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
export const countGraphemes = (text: string): number => Array.from(graphemes.segment(text)).length;
export const countCharacters = (text: string): number => Array.from(text).length;

/**
 * Title and paragraphs, cut from the end, at words, until they fit. The title is always there.
 * @param fits whether the service takes this, with the link that comes after it
 */
export function textOf(message: Message, fits: (text: string) => boolean): string {
  const { lang, dir } = message;
  let text = inDirection(cut(message.title, lang, fits), dir);
  for (const paragraph of message.paragraphs) {
    const before = text + GAP;
    const whole = inDirection(paragraph, dir);
    if (fits(before + whole)) {
      text = before + whole;
      continue;
    }
    const rest = cut(whole, lang, (start) => fits(before + start));
    return rest.length < LEAST_REST ? text : before + rest;
  }
  return text;
}

/** The longest beginning that fits: whole words and an ellipsis; within a word where not even one word fits. */
export function cut(text: string, lang: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  return longest(text, wordEnds(text, lang), fits) ?? longest(text, graphemeEnds(text), fits) ?? '';
}

function longest(text: string, ends: readonly number[], fits: (text: string) => boolean): string | undefined {
  const at = (index: number): string => text.slice(0, ends[index]).trimEnd() + ELLIPSIS;
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(at(middle))) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : at(low - 1);
}

const wordEnds = (text: string, lang: string): number[] =>
  Array.from(new Intl.Segmenter(lang, { granularity: 'word' }).segment(text))
    .filter(({ isWordLike }) => isWordLike)
    .map(({ index, segment }) => index + segment.length);

const graphemeEnds = (text: string): number[] =>
  Array.from(graphemes.segment(text), ({ index, segment }) => index + segment.length);

/**
 * A paragraph whose first letter belongs to a language of the other direction would run that way (UAX #9, rule P2): a mark in
 * front of it keeps the alert's direction. An isolate would not, because rule P2 skips what it holds.
 */
export function inDirection(paragraph: string, dir: 'ltr' | 'rtl'): string {
  const has = /\p{L}/u.test(paragraph) ? directionOf('und', paragraph) : 'ltr';
  if (has === dir) return paragraph;
  return (dir === 'rtl' ? '\u200f' : '\u200e') + paragraph;
}

/** Text and link, with an empty line between them, so that a link never mixes with text of another direction. */
export const withLink = (text: string, link: string): string => text + GAP + link;
