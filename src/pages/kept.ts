/** Answers that are made once for all who ask at the same time. */
export type Kept<T> = (name: string, make: () => Promise<T>) => Promise<T>;

/**
 * Keeps each answer so long that a crowd costs as much as one reader.
 * @param options.forMs readers see a change this much later @param options.most strangers can make up names: above this
 * many, all are forgotten
 */
export function keepAnswers<T>(options: {
  readonly forMs: number;
  readonly most: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}): Kept<T> {
  const kept = new Map<string, { readonly untilMs: number; readonly answer: Promise<T> }>();
  return (name, make) => {
    const known = kept.get(name);
    if (known !== undefined && known.untilMs > options.now()) return known.answer;
    if (kept.size >= options.most) kept.clear();
    const answer = make();
    kept.set(name, { untilMs: options.now() + options.forMs, answer });
    answer.catch(() => kept.delete(name));
    return answer;
  };
}
