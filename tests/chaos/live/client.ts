import type { HelloMessage } from '../../../src/live/protocol.ts';
import { openSseLine, openWebSocketLine, type Line, type LineEnd } from './lines.ts';
import type { Filter } from './model.ts';
import {
  parsePosition,
  type ClientTrace,
  type ConnectionTrace,
  type Position,
  type Transcript,
} from './trace.ts';

export type Temper = 'steady' | 'slow' | 'dropping';

/** A reader that behaves as badly as it likes, and always comes back with its cursor. */
export interface ChaosClient {
  readonly trace: ClientTrace;
  readonly temper: Temper;
  /** Where it is in the log; undefined while it is not greeted. */
  position(): Position | undefined;
  /** Tears its line; it comes back by itself. */
  drop(): void;
  pause(): void;
  resume(): void;
  /** From now on it reads and stays. */
  calm(): void;
  close(): void;
}

export interface ClientOptions {
  readonly name: string;
  readonly kind: 'websocket' | 'sse';
  readonly temper: Temper;
  readonly filter: Filter;
  /** Whose connection it is: the gateway is told so by a proxy's header. */
  readonly address: string;
  readonly origins: readonly string[];
  readonly transcript: Transcript;
  /** The client's own, so that its whims do not depend on the others'. */
  readonly random: () => number;
  readonly onEnd: (end: LineEnd) => void;
}

/** Full jitter up to this, doubling with every failure in a row (milliseconds). */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 1600;
/** Between two whims, and how long one lasts, at most. */
const WHIM_EVERY_MS = 5000;
const WHIM_MS = 2000;

export function startClient(options: ClientOptions): ChaosClient {
  const { random, filter } = options;
  const trace: ClientTrace = { name: options.name, filter, connections: [], faults: [] };
  let line: Line | undefined;
  let last: Position | undefined;
  let greeted = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let whim: NodeJS.Timeout | undefined;
  let over = false;

  function connect(): void {
    const url = new URL('/v1/live', options.origins[Math.floor(random() * options.origins.length)]);
    const headers: Record<string, string> = { 'x-forwarded-for': options.address };
    if (filter.topics.length > 0) url.searchParams.set('topics', filter.topics.join(','));
    url.searchParams.set('urgency', filter.urgency);
    if (filter.lang !== undefined) url.searchParams.set('lang', filter.lang);
    const cursor = last === undefined ? undefined : `${last.epoch}:${last.offset}`;
    if (cursor !== undefined && options.kind === 'sse') headers['last-event-id'] = cursor;
    else if (cursor !== undefined) url.searchParams.set('cursor', cursor);
    const connection: ConnectionTrace = { since: last, hello: undefined, received: [] };
    trace.connections.push(connection);
    greeted = false;
    const open = options.kind === 'sse' ? openSseLine : openWebSocketLine;
    line = open({
      url,
      headers,
      onMessage: (text, id) => onMessage(connection, text, id),
      onEnd: (end) => {
        options.onEnd(end);
        comeBack();
      },
    });
  }

  function comeBack(): void {
    line = undefined;
    greeted = false;
    if (over) return;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** failures++, LONGEST_WAIT_MS) * random();
    timer = setTimeout(connect, wait);
  }

  function onMessage(connection: ConnectionTrace, text: string, id: string | undefined): void {
    const cursor = connection.hello === undefined ? onHello(connection, text) : onAlert(connection, text);
    if (cursor === undefined) return;
    if (id !== undefined && id !== cursor) trace.faults.push(`event id ${id} on ${cursor}`);
    last = parsePosition(cursor);
  }

  function onHello(connection: ConnectionTrace, text: string): string | undefined {
    const hello = JSON.parse(text) as HelloMessage;
    if (hello.type !== 'hello') {
      trace.faults.push(`no hello first: ${text.slice(0, 80)}`);
      return undefined;
    }
    connection.hello = { at: parsePosition(hello.cursor), recovered: hello.recovered, alerts: hello.alerts };
    greeted = true;
    failures = 0;
    return hello.cursor;
  }

  function onAlert(connection: ConnectionTrace, text: string): string | undefined {
    const message = options.transcript.take(text);
    if (message?.alert === undefined) {
      trace.faults.push(`not the alert that others received: ${text.slice(0, 80)}`);
      return undefined;
    }
    connection.received.push(parsePosition(message.cursor));
    return message.cursor;
  }

  function drop(): void {
    if (line === undefined) return;
    line.drop(random() < 0.5 ? 'politely' : 'by reset');
    comeBack();
  }

  function followWhims(): void {
    whim = setTimeout(() => {
      if (options.temper === 'dropping') drop();
      else line?.pause();
      whim = setTimeout(() => {
        line?.resume();
        followWhims();
      }, random() * WHIM_MS);
    }, random() * WHIM_EVERY_MS);
  }

  timer = setTimeout(connect, random() * 1000);
  if (options.temper !== 'steady') followWhims();

  return {
    trace,
    temper: options.temper,
    position: () => (greeted ? last : undefined),
    drop,
    pause: () => line?.pause(),
    resume: () => line?.resume(),
    calm: () => {
      clearTimeout(whim);
      line?.resume();
    },
    close: () => {
      over = true;
      clearTimeout(timer);
      clearTimeout(whim);
      line?.drop('by reset');
    },
  };
}
