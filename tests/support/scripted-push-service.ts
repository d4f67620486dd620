import {
  isWithdrawn,
  type PushAnswer,
  type PushMessage,
  type PushSender,
  type SendOrder,
} from '../../src/push/types.ts';
import { textOf } from './payload.ts';

export const ACCEPTED: PushAnswer = { type: 'accepted', status: 201 };
export const UNAVAILABLE: PushAnswer = {
  type: 'retry',
  reason: 'unavailable',
  afterMs: 1000,
  attempted: true,
};
const STOPPED: PushAnswer = { type: 'retry', reason: 'stopped', afterMs: 1000, attempted: false };
const CLOSING: PushAnswer = { ...STOPPED, reason: 'closing' };

/** A push service whose answers a test decides, and the senders of the processes that send to it. */
export interface ScriptedService {
  /** What it answers to a request; `hang`: nothing until {@link answerHanging}. The number counts from 1 for each endpoint. */
  answer: (endpoint: string, request: number) => PushAnswer | 'hang';
  /** What the senders say of it, ms. */
  busyMs: () => number;
  /** Requests that a sender has on the wire at once; the others wait in it. */
  places: number;
  /** Requests by endpoint, those that hang too. */
  requests(): ReadonlyMap<string, number>;
  /**
   * All requests, and those of them that came to an endpoint for the second time or later; all messages that it has
   * answered `accepted`, and those of them that came to an endpoint that had one already.
   */
  totals(): {
    readonly requests: number;
    readonly repeated: number;
    readonly taken: number;
    readonly takenAgain: number;
  };
  /** All requests in the order in which they came. */
  messages(): readonly SentMessage[];
  hanging(): number;
  /** Messages that wait in its senders for a place. */
  waiting(): number;
  /** Answers the `count` oldest that hang. */
  answerHanging(answer: PushAnswer, count?: number): void;
  openSender(): ScriptedSender;
}

const LEASE_LOOK_MS = 20;

interface ScriptedSender extends PushSender {
  /** Starts nothing any more, and its callers hear nothing. */
  die(): void;
  /** Ends every call that still waits, so that nothing is left behind. */
  answerAll(): void;
}

/** A request as the push service saw it. */
export interface SentMessage {
  readonly endpoint: string;
  readonly version: number;
  readonly change: string;
  readonly title: string;
  readonly body: string;
  /** On the clock of `performance.now()`. */
  readonly at: number;
  /** What the message's encryption uses that was made ahead, hexadecimal. */
  readonly keying: string | undefined;
  /** It was answered `accepted`, and so is what the device has until another is. */
  taken: boolean;
}

interface Sending {
  readonly endpoint: string;
  readonly keying: string | undefined;
  readonly message: PushMessage;
  readonly order: SendOrder;
  readonly resolve: (answer: PushAnswer) => void;
}

export function createScriptedService(): ScriptedService {
  const counts = new Map<string, number>();
  const taken: string[] = [];
  const messages: SentMessage[] = [];
  const queues: (() => number)[] = [];
  let hanging: ((answer: PushAnswer) => void)[] = [];

  function request({ endpoint, message, keying }: Sending): Promise<PushAnswer> {
    const sent = readMessage(endpoint, message, keying);
    messages.push(sent);
    const count = (counts.get(endpoint) ?? 0) + 1;
    counts.set(endpoint, count);
    const answer = service.answer(endpoint, count);
    return new Promise((resolve) => {
      const end = (answer: PushAnswer): void => {
        if (answer.type === 'accepted') taken.push(endpoint);
        sent.taken = answer.type === 'accepted';
        resolve(answer);
      };
      if (answer === 'hang') hanging.push(end);
      else setImmediate(end, answer);
    });
  }

  function openSender(): ScriptedSender {
    let dead = false;
    let waiting: Sending[] = [];
    const begun = new Set<Sending>();
    queues.push(() => waiting.length);

    function advance(): void {
      if (dead) return;
      while (begun.size < service.places && waiting.length > 0) {
        const sending = waiting.shift()!;
        countWaiting(sending, -1);
        begin(sending);
      }
    }
    function begin(sending: Sending): void {
      if (sending.order.stopped) return sending.resolve(STOPPED);
      // As the sender's lanes do: it waits for a new lease.
      if (isWithdrawn(sending.order)) return void setTimeout(() => dead || begin(sending), LEASE_LOOK_MS);
      begun.add(sending);
      void request(sending).then((answer) => {
        if (dead) return;
        begun.delete(sending);
        sending.resolve(answer);
        advance();
      });
    }
    return {
      send: ({ endpoint, keying: bytes }, message, order = { rank: 1, stopped: false }) =>
        new Promise((resolve) => {
          if (order.stopped) return resolve(STOPPED);
          const keying = bytes?.toString('hex');
          const sending = { endpoint, keying, message, order, resolve };
          waiting.push(sending);
          countWaiting(sending, 1);
          advance();
        }),
      withdraw: (order) => {
        order.stopped = true;
        if (dead) return;
        for (const sending of waiting.filter((one) => one.order === order)) {
          countWaiting(sending, -1);
          sending.resolve(STOPPED);
        }
        waiting = waiting.filter((one) => one.order !== order);
      },
      preconnect: () => undefined,
      busyMs: () => service.busyMs(),
      paced: () => [],
      close: async () => undefined,
      die: () => void (dead = true),
      answerAll: () => {
        dead = true;
        for (const { resolve } of [...waiting, ...begun]) resolve(CLOSING);
      },
    };
  }

  const service: ScriptedService = {
    answer: () => ACCEPTED,
    busyMs: () => 0,
    places: 32,
    requests: () => counts,
    totals: () => {
      const requests = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return {
        requests,
        repeated: requests - counts.size,
        taken: taken.length,
        takenAgain: taken.length - new Set(taken).size,
      };
    },
    messages: () => messages,
    hanging: () => hanging.length,
    waiting: () => queues.reduce((sum, queue) => sum + queue(), 0),
    answerHanging: (answer, count = hanging.length) => {
      for (const resolve of hanging.splice(0, count)) resolve(answer);
    },
    openSender,
  };
  return service;
}

function readMessage(endpoint: string, { payload }: PushMessage, keying: string | undefined): SentMessage {
  const { notification } = JSON.parse(textOf(payload)) as {
    notification: { title: string; body: string; data: { version: number; change: string } };
  };
  const { title, body, data } = notification;
  return { endpoint, keying, ...data, title, body, at: performance.now(), taken: false };
}

/** As the sender keeps it. */
function countWaiting({ order }: Sending, change: number): void {
  order.waiting = (order.waiting ?? 0) + change;
}
