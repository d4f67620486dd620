/** A run of words that both texts have, or only the later or the earlier one. */
export interface Part {
  readonly type: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** A word or a mark, with the space after it: a word alone would leave the spaces to match each other. */
const TOKEN = /[\p{L}\p{M}\p{N}]+\s*|[^\p{L}\p{M}\p{N}\s]\s*|\s+/gu;

/**
 * What became of a text, word by word: the longest common subsequence stays, in the order of reading, so that it reads the
 * same from right to left. An alert's texts have at most some hundred words, so the table is small.
 */
export function diffWords(before: string, after: string): readonly Part[] {
  const [old, now] = [before.match(TOKEN) ?? [], after.match(TOKEN) ?? []];
  const common = commonLengths(old, now);
  const parts: Part[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    const [left = '', right = ''] = [old[i], now[j]];
    if (i < old.length && j < now.length && isSame(left, right)) {
      add(parts, 'same', right);
      i += 1;
      j += 1;
    } else if (j >= now.length || (i < old.length && at(common, i + 1, j) >= at(common, i, j + 1))) {
      add(parts, 'removed', left);
      i += 1;
    } else {
      add(parts, 'added', right);
      j += 1;
    }
  }
  return parts;
}

/** Cell (i, j): how many words the rests from `old[i]` and `now[j]` have in common. */
function commonLengths(old: readonly string[], now: readonly string[]): number[][] {
  const table = Array.from({ length: old.length + 1 }, () => Array.from({ length: now.length + 1 }, () => 0));
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = table[i] ?? [];
    for (let j = now.length - 1; j >= 0; j -= 1) {
      row[j] = isSame(old[i] ?? '', now[j] ?? '')
        ? at(table, i + 1, j + 1) + 1
        : Math.max(at(table, i + 1, j), at(table, i, j + 1));
    }
  }
  return table;
}

const at = (table: readonly (readonly number[])[], i: number, j: number): number => table[i]?.[j] ?? 0;
const isSame = (left: string, right: string): boolean => left.trim() === right.trim();

function add(parts: Part[], type: Part['type'], text: string): void {
  const last = parts.at(-1);
  if (last?.type === type) parts[parts.length - 1] = { type, text: last.text + text };
  else parts.push({ type, text });
}
