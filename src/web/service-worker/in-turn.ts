let last: Promise<unknown> = Promise.resolve();

/** Runs one after the other: each message must see the notification of the one before. */
export function inTurn<T>(act: () => Promise<T>): Promise<T> {
  const mine = last.then(act);
  last = mine.catch(() => undefined);
  return mine;
}
