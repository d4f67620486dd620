import { isWithdrawn, TransportError } from '../types.ts';
import type { Exchange } from './exchange.ts';

/** Exchanges that wait for a stream, first in, first out. Settled and withdrawn exchanges drop out by themselves. */
export class ExchangeQueue {
  #items: (Exchange | undefined)[] = [];
  #head = 0;

  /** May include some that have been settled meanwhile. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  push(exchange: Exchange): void {
    this.#items.push(exchange);
  }

  /** Puts an exchange in front of all others, because it has waited before. */
  unshift(exchange: Exchange): void {
    if (this.#head > 0) {
      this.#head -= 1;
      this.#items[this.#head] = exchange;
    } else {
      this.#items.unshift(exchange);
    }
  }

  peek(): Exchange | undefined {
    while (this.#head < this.#items.length) {
      const next = this.#items[this.#head];
      if (next?.settled === false) {
        if (!isWithdrawn(next.request.order)) return next;
        next.reject(new TransportError('refused', 'not wanted any more', false));
      }
      this.shift();
    }
    return undefined;
  }

  /** Drops the first exchange. */
  shift(): void {
    if (this.#head >= this.#items.length) return;
    this.#items[this.#head] = undefined;
    this.#head += 1;
    if (this.#head === this.#items.length || this.#head >= 1024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }

  takeAll(): Exchange[] {
    const all = this.#items.slice(this.#head).filter((item) => item?.settled === false);
    this.#items = [];
    this.#head = 0;
    return all as Exchange[];
  }

  rejectAll(error: TransportError): void {
    for (const exchange of this.takeAll()) exchange.reject(error);
  }

  /** Rejects the exchanges whose deadline has come. Returns the next deadline, or Infinity. */
  expire(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    for (const item of this.#items) {
      if (item?.settled !== false) continue;
      if (item.deadline > now) next = Math.min(next, item.deadline);
      else item.reject(new TransportError('timeout', 'no free stream in time', false));
    }
    return next;
  }
}
