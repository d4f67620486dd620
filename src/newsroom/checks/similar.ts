import { normaliseHeadline } from '../../alerts/fingerprint.ts';

/** Fewer words share most of them by chance. */
const FEWEST_WORDS = 3;

/** What editors write in front of a headline, normalised; it says nothing of the news. */
const IN_FRONT =
  /^(خبر عاجل|عاجل جدا|عاجل|هام|breaking news|breaking|urgent|flash|just in|alerte info|alerte)( |$)/u;

/**
 * Whether two headlines may tell the same: the same words in another order, one word more, less or another, or only "عاجل:"
 * in front. Often the one word is the news, so this is a question and not a rule.
 */
export function areSimilar(one: string, other: string): boolean {
  const [mine, theirs] = [wordsOf(one), wordsOf(other)];
  if (mine.join(' ') === theirs.join(' ')) return true;
  if (Math.min(mine.length, theirs.length) < FEWEST_WORDS) return false;
  return without(mine, theirs).length <= 1 && without(theirs, mine).length <= 1;
}

const wordsOf = (headline: string): string[] =>
  normaliseHeadline(headline).replace(IN_FRONT, '').split(' ').filter(Boolean);

/** What remains of a list when each word of the other is taken out once. */
function without(words: readonly string[], taken: readonly string[]): string[] {
  const left = [...taken];
  return words.filter((word) => {
    const at = left.indexOf(word);
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}
