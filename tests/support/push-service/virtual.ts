import { randomBytes } from 'node:crypto';
import { decrypt, makeReceiverKeys, type ReceiverKeys } from './encryption.ts';

/** As `PushSubscription.toJSON()` gives it. */
export interface SubscriptionJson {
  readonly endpoint: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** A message that the push service has taken in. */
export interface TakenMessage {
  /** RFC 8030 `Topic`; empty when there was none: then nothing replaces it. */
  readonly collapseKey: string;
  readonly ttl: number;
  readonly urgency: string;
  readonly body: Buffer;
  /** Epoch ms, with fractions. */
  readonly receivedAt: number;
}

export interface ReceivedMessage extends Omit<TakenMessage, 'body'> {
  readonly bytes: number;
  /** The decrypted payload, as text. */
  readonly payload: string;
}

/** A run of subscriptions with consecutive endpoints. Key pairs take turns: making a million would take a minute. */
export interface BlockDescription {
  readonly prefix: string;
  readonly size: number;
  readonly keys: readonly { readonly p256dh: string; readonly auth: string }[];
}

/** Spells a block out, on whichever side of a process boundary. */
export function subscriptionsOf(block: BlockDescription): SubscriptionJson[] {
  return Array.from({ length: block.size }, (_, index) => ({
    endpoint: `${block.prefix}${index}`,
    keys: block.keys[index % block.keys.length] ?? { p256dh: '', auth: '' },
  }));
}

/** How often one collapse key came to each subscription of a block, and how large the last message was. */
interface Tally {
  readonly posts: Uint16Array;
  readonly firstAt: Float64Array;
  readonly lastBytes: Uint16Array;
  /** When the last message of each size was taken, epoch ms. */
  readonly lastAt: Map<number, number>;
}

/** Messages of one size and collapse key. Nothing is padded, so versions of different length can be told apart unread. */
export interface SizeTally {
  readonly bytes: number;
  /** Subscriptions whose last message is of this size. */
  readonly held: number;
  /** When the last one was taken, epoch ms. */
  readonly lastAt: number;
}

interface Block {
  readonly prefix: string;
  readonly size: number;
  readonly keys: readonly ReceiverKeys[];
  readonly applicationServerKey: string | undefined;
  readonly tallies: Map<string, Tally>;
  readonly messages: Map<number, TakenMessage[]>;
}

export interface Counts {
  /** Messages taken in, repeated ones too. */
  readonly posts: number;
  /** What would be left on the device: one for each collapse key. */
  readonly collapsed: number;
}

const MAX_KEPT_MESSAGES = 50_000;

export interface VirtualSubscriptions {
  create(options: {
    size: number;
    applicationServerKey: string | undefined;
    keyPairs: number;
  }): BlockDescription;
  find(path: string):
    | {
        readonly endpoint: string;
        readonly applicationServerKey: string | undefined;
        take(message: TakenMessage): void;
      }
    | undefined;
  /** @throws when bodies are not kept (counting mode, or more than 50,000) or a body cannot be decrypted */
  received(endpoint: string): ReceivedMessage[];
  counts(endpoint: string): Counts;
  all(): Counts;
  /** For each collapse key, when it first came to each subscription that it reached (epoch ms, rising). */
  arrivals(): { collapseKey: string; epochMs: number[] }[];
  sizes(collapseKey: string): SizeTally[];
}

/**
 * Subscriptions without a browser behind them.
 * @param keepBodies false: messages are only counted, which costs two numbers each
 */
export function createVirtualSubscriptions(origin: () => string, keepBodies: boolean): VirtualSubscriptions {
  const blocks = new Map<string, Block>();
  let kept = 0;

  function locate(path: string): { block: Block; index: number } | undefined {
    const [, kind, id, position, ...rest] = path.split('/');
    if (kind !== 'push' || id === undefined || position === undefined || rest.length > 0) return undefined;
    const block = blocks.get(id);
    const index = Number(position);
    return block !== undefined && /^\d+$/.test(position) && index < block.size ? { block, index } : undefined;
  }

  function take(block: Block, index: number, message: TakenMessage): void {
    let tally = block.tallies.get(message.collapseKey);
    if (tally === undefined) {
      tally = {
        posts: new Uint16Array(block.size),
        firstAt: new Float64Array(block.size),
        lastBytes: new Uint16Array(block.size),
        lastAt: new Map(),
      };
      block.tallies.set(message.collapseKey, tally);
    }
    const posts = (tally.posts[index] ?? 0) + 1;
    tally.posts[index] = posts;
    tally.lastBytes[index] = message.body.length;
    tally.lastAt.set(message.body.length, message.receivedAt);
    if (posts === 1) tally.firstAt[index] = message.receivedAt;
    if (!keepBodies || kept >= MAX_KEPT_MESSAGES) return;
    kept += 1;
    const messages = block.messages.get(index);
    if (messages === undefined) block.messages.set(index, [message]);
    else messages.push(message);
  }

  function require(endpoint: string): { block: Block; index: number } {
    const place = endpoint.startsWith(origin()) ? locate(endpoint.slice(origin().length)) : undefined;
    if (place === undefined) throw new Error(`this push service made no subscription ${endpoint}`);
    return place;
  }

  function countsOf(block: Block, index: number): Counts {
    let posts = 0;
    let collapsed = 0;
    for (const [collapseKey, tally] of block.tallies) {
      const times = tally.posts[index] ?? 0;
      posts += times;
      collapsed += collapseKey === '' ? times : Math.min(times, 1);
    }
    return { posts, collapsed };
  }

  return {
    create: ({ size, applicationServerKey, keyPairs }) => {
      const id = randomBytes(9).toString('base64url');
      const prefix = `${origin()}/push/${id}/`;
      const keys = Array.from({ length: Math.min(size, keyPairs) }, makeReceiverKeys);
      blocks.set(id, { prefix, size, keys, applicationServerKey, tallies: new Map(), messages: new Map() });
      return {
        prefix,
        size,
        keys: keys.map(({ publicKey, auth }) => ({
          p256dh: publicKey.toString('base64url'),
          auth: auth.toString('base64url'),
        })),
      };
    },
    find: (path) => {
      const place = locate(path);
      if (place === undefined) return undefined;
      const { block, index } = place;
      return {
        endpoint: `${block.prefix}${index}`,
        applicationServerKey: block.applicationServerKey,
        take: (message) => take(block, index, message),
      };
    },
    received: (endpoint) => {
      const { block, index } = require(endpoint);
      const messages = block.messages.get(index) ?? [];
      const { posts } = countsOf(block, index);
      if (messages.length < posts) throw new Error('bodies were not kept: use counts()');
      const keys = block.keys[index % block.keys.length];
      if (keys === undefined) throw new Error('a block without keys');
      return messages.map(({ collapseKey, ttl, urgency, receivedAt, body }) => ({
        collapseKey,
        ttl,
        urgency,
        receivedAt,
        bytes: body.length,
        payload: decrypt(body, keys).toString(),
      }));
    },
    counts: (endpoint) => {
      const { block, index } = require(endpoint);
      return countsOf(block, index);
    },
    all: () => {
      let posts = 0;
      let collapsed = 0;
      for (const { tallies } of blocks.values()) {
        for (const [collapseKey, tally] of tallies) {
          for (const times of tally.posts) {
            posts += times;
            collapsed += collapseKey === '' ? times : Math.min(times, 1);
          }
        }
      }
      return { posts, collapsed };
    },
    sizes: (collapseKey) => {
      const sizes = new Map<number, SizeTally>();
      for (const tally of [...blocks.values()].flatMap(({ tallies }) => tallies.get(collapseKey) ?? [])) {
        for (const [bytes, at] of tally.lastAt) {
          const held = tally.lastBytes.filter((last) => last === bytes).length;
          const known = sizes.get(bytes) ?? { bytes, held: 0, lastAt: 0 };
          sizes.set(bytes, { bytes, held: known.held + held, lastAt: Math.max(known.lastAt, at) });
        }
      }
      return [...sizes.values()];
    },
    arrivals: () => {
      const byKey = new Map<string, number[]>();
      for (const { tallies } of blocks.values()) {
        for (const [collapseKey, tally] of tallies) {
          const times = byKey.get(collapseKey) ?? [];
          for (const at of tally.firstAt) if (at > 0) times.push(at);
          byKey.set(collapseKey, times);
        }
      }
      return [...byKey].map(([collapseKey, times]) => ({
        collapseKey,
        epochMs: times.sort((a, b) => a - b),
      }));
    },
  };
}
