/** First in, first out. `Array.shift` moves a large array each time; this moves it once in a while. */
export interface Fifo<T> {
  readonly length: number;
  readonly first: T | undefined;
  push(item: T): void;
  shift(): T | undefined;
  /** Takes out all items that match, in order. */
  take(matches: (item: T) => boolean): T[];
}

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let at = 0;
  return {
    get length() {
      return items.length - at;
    },
    get first() {
      return items[at];
    },
    push(item) {
      items.push(item);
    },
    shift() {
      const item = items[at];
      if (at < items.length) items[at++] = undefined; // keeps nothing in memory
      if (at >= 1024 && at * 2 >= items.length) {
        items = items.slice(at);
        at = 0;
      }
      return item;
    },
    take(matches) {
      const rest = items.slice(at) as T[];
      items = rest.filter((item) => !matches(item));
      at = 0;
      return rest.filter((item) => matches(item));
    },
  };
}
