/** Runs looks at the live log, and tells callers who wait for the next look. */
export interface Looks {
  /** Resolves with true when a look that begins after the call has ended; with false after `patienceMs`, for example while Redis is away. */
  next(): Promise<boolean>;
  /** Runs a look, and tells the waiting callers when it has ended. When it fails, they wait on. */
  run(look: () => Promise<void>): Promise<void>;
}

export function createLooks(patienceMs: number): Looks {
  let waiting: ((looked: boolean) => void)[] = [];
  return {
    next: () =>
      new Promise((resolve) => {
        const tell = (looked: boolean): void => {
          clearTimeout(impatience);
          resolve(looked);
        };
        const impatience = setTimeout(() => {
          waiting = waiting.filter((other) => other !== tell);
          resolve(false);
        }, patienceMs);
        waiting.push(tell);
      }),
    run: async (look) => {
      // A caller that asks during a look may know of entries that this look does not see.
      const here = waiting;
      waiting = [];
      try {
        await look();
      } catch (error) {
        waiting.push(...here);
        throw error;
      }
      for (const tell of here) tell(true);
    },
  };
}
