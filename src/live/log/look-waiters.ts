/** Looks at the live log, and those who wait for the next one. */
export interface Looks {
  /** Resolves with true once a look that begins from now on has ended; with false after `patienceMs`, as while Redis is away. */
  next(): Promise<boolean>;
  /** Runs a look. Those who wait are told when it has ended; when it fails they wait on. */
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
