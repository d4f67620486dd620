import type { Message } from './message.ts';
import type { Reason } from './reason.ts';

/** What a service lets us do. */
export interface Abilities {
  /** A post can be given another text, and its readers see that. */
  readonly edit: boolean;
  /** A post can be taken away. */
  readonly remove: boolean;
  /** A post with the key of an earlier one makes no second post, for so long (ms). 0: it makes one. */
  readonly repeatMs: number;
  /** Where a second attempt may make a second post: after so many attempts without an answer there is no further one. */
  readonly mostUnanswered: number;
  /** The longest text, as the service counts it. */
  readonly length: {
    readonly most: number;
    readonly unit: 'characters' | 'UTF-16 units' | 'graphemes';
  } | null;
  /** We leave so much time between two calls, ms. When a service says more (429), we wait for that. */
  readonly pauseMs: number;
}

/** What stands at a service, in the service's own words: an id, an address. */
export type Ref = string;

/** Why a call did not do what it should. */
export interface Fault {
  readonly reason: Reason;
  /** What the service says itself. It must not hold a secret. */
  readonly detail?: string;
  readonly status?: number;
  /** Of `busy`. */
  readonly afterMs?: number;
  /** Nobody knows whether it was done. */
  readonly isUncertain?: true;
}

export type Result<T> =
  | ({ readonly type: 'done'; readonly status?: number; readonly remark?: Reason } & T)
  | { readonly type: 'failed'; readonly fault: Fault };

export interface PostOptions {
  /** The same for each attempt at one post. */
  readonly key: string;
  /** RFC 3339: of the version that the key names, so it is the same for each attempt too. */
  readonly at: string;
  /** The posts that it answers to, oldest first: empty, or of the same alert. */
  readonly thread: readonly Ref[];
}

/** One account at a service. No method throws, and none waits for long. */
export interface Service {
  readonly can: Abilities;
  /** Signs in, and looks whether it may post. Nobody sees anything of it. */
  check(): Promise<Result<object>>;
  /** @returns `isOlder`: a post with this key was there, or may have been, and its text may be another */
  post(message: Message, options: PostOptions): Promise<Result<{ ref: Ref; isOlder?: boolean }>>;
  /** Only where `can.edit`. */
  edit(ref: Ref, message: Message): Promise<Result<object>>;
  /** Only where `can.remove`. What is not there is removed. */
  remove(ref: Ref): Promise<Result<object>>;
}

/** What follows from a fault. `wait`: as long as the service says. `pause`: an admin must act. `missing`: of an edit. */
export const TREATMENT = {
  unreachable: 'again',
  'private-address': 'again',
  silent: 'again',
  broken: 'again',
  odd: 'again',
  busy: 'wait',
  'no-tls': 'pause',
  credentials: 'pause',
  rights: 'pause',
  target: 'pause',
  refused: 'over',
  gone: 'missing',
} as const satisfies Partial<Record<Reason, string>>;

export const treatmentOf = (reason: Reason): 'again' | 'wait' | 'pause' | 'over' | 'missing' =>
  reason in TREATMENT ? TREATMENT[reason as keyof typeof TREATMENT] : 'again';

export const failed = (fault: Fault): { readonly type: 'failed'; readonly fault: Fault } => ({
  type: 'failed',
  fault,
});
