/** Runs what has the same key one after the other, and what has not at once. */
export interface TurnsByKey {
  /** What `act` gives; undefined, without running it, when too many with the same key wait already. */
  take<T>(key: string, act: () => Promise<T>): Promise<T | undefined>;
}

export function createTurnsByKey(mostWaiting: number): TurnsByKey {
  const queues = new Map<string, { last: Promise<unknown>; waiting: number }>();
  return {
    take: async (key, act) => {
      const queue = queues.get(key) ?? { last: Promise.resolve(), waiting: 0 };
      if (queue.waiting > mostWaiting) return undefined;
      queues.set(key, queue);
      queue.waiting += 1;
      const mine = queue.last.then(act);
      queue.last = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        queue.waiting -= 1;
        if (queue.waiting === 0) queues.delete(key);
      }
    },
  };
}
