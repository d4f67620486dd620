/** First in, first out. `Array.shift` moves the whole array once it is large; this moves it once in a while. */
export interface Fifo<T> {
  readonly length: number;
  readonly first: T | undefined;
  push(item: T): void;
  shift(): T | undefined;
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
      if (at < items.length) items[at++] = undefined; // not held any longer
      if (at >= 1024 && at * 2 >= items.length) {
        items = items.slice(at);
        at = 0;
      }
      return item;
    },
  };
}
