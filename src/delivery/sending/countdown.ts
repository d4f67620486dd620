/** Waits for many answers at once, as `Promise.all` does. But it makes no promise and no async function for each of them. */
export interface Countdown<T> {
  /**
   * @param take is given the answer; where it returns a promise, that is waited for as well
   * @param failed is told what went wrong
   */
  await(
    answer: Promise<T>,
    take: (answer: T) => Promise<void> | undefined,
    failed: (error: unknown) => void,
  ): void;
  /** Resolves when all are taken. Never rejects. */
  over(): Promise<void>;
}

export function createCountdown<T>(): Countdown<T> {
  /** One more than answers are awaited, until {@link Countdown.over}. */
  let left = 1;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const down = (): void => {
    left -= 1;
    if (left === 0) finish();
  };
  return {
    await: (answer, take, failed) => {
      left += 1;
      const end = (error: unknown): void => {
        failed(error);
        down();
      };
      answer.then((value) => {
        try {
          const more = take(value);
          if (more === undefined) down();
          else more.then(down, end);
        } catch (error) {
          end(error);
        }
      }, end);
    },
    over: () => {
      down();
      return finished;
    },
  };
}
