import type { LiveMessage } from '../../live/protocol.ts';
import { afterEnding } from './after-ending.ts';
import type { Surroundings, Wake } from './surroundings.ts';
import type { Ending, OpenedLine } from './line.ts';

/** A line without a hello is given up after this time. In a storm of reconnects, a gateway lets handshakes wait. */
const HELLO_MS = 15_000;
/** A line that lived so long counts as no failure. */
const STEADY_MS = 10_000;
/**
 * How many WebSockets in a row fail before hello until an event stream is tried. If a socket has worked before, an outage is
 * more likely: an event stream would not help, and the return to a socket would cost the gateway a second handshake.
 */
const SOCKETS_BEFORE_STREAM = { atFirst: 1, afterOneWorked: 8 };
/**
 * A page that was never connected opens an event stream beside a WebSocket that is silent for so long. If a proxy drops the
 * upgrade, or the page's policy the attempt, an alert must not wait for the end of the socket.
 */
const BESIDE_MS = 1500;
/** Time until a WebSocket is tried again: soon at first, because it may have been an outage, then less and less often. */
const SOCKET_AGAIN_MS = { first: 60_000, most: 30 * 60_000 };

const WATCH_MS = 20_000;
/** Browsers run the timers of a hidden page once a minute. A longer gap means that the device or the page slept. */
const SLEPT_MS = 150_000;
/** The gateway sends a comment every 25 s. An event stream without comments is dead. */
const STREAM_SILENCE_MS = 60_000;
/** A silent WebSocket may be dead, or there may be no news for hours: browsers hide pings. */
const SOCKET_SILENCE_MS = { least: 4 * 60_000, spread: 2 * 60_000 };
/** The bound when a reader looks at the page, or when the network comes back. */
const DOUBTFUL_SILENCE_MS = 30_000;
const WAKE_SPREAD_MS = 500;

/** Why a page never gets a line, or, with status 200, why its line carries less than the query asks for. */
export interface LineFault {
  /** HTTP status of the refusal; undefined if the browser hides it: no network, or an origin that is not allowed. */
  readonly status: number | undefined;
  /** The faults that the server found in the query. */
  readonly errors: readonly { readonly parameter?: string; readonly detail: string }[];
}

export interface LineKeeper {
  /** Checks the line now. */
  wake(why: Wake): void;
  /** Ends the line. No callback is called any more. */
  close(): void;
}

interface Attempt {
  readonly kind: 'socket' | 'stream';
  readonly openedMs: number;
  heardMs: number;
  line: OpenedLine | undefined;
}

/**
 * Keeps one line to the gateway open, over a WebSocket or, if that fails, an event stream. It resumes by cursor.
 *
 * A browser does not report a half-open line. After minutes of silence, after a sleep, and when the reader or the network comes
 * back, the keeper opens another line beside it, with the cursor. When the new line says hello, it replaces the old line. No
 * version is lost meanwhile, and a version that comes twice is dropped.
 */
export function keepLine(deps: {
  surroundings: Surroundings;
  /** Without the cursor. */
  url: URL;
  cursor: () => string;
  onMessage: (message: LiveMessage) => void;
  /** May report the same state again. The first state is false. */
  onState: (connected: boolean) => void;
  /** At most once. */
  onFault: (fault: LineFault) => void;
}): LineKeeper {
  const { surroundings } = deps;
  const { now, random, after } = surroundings;
  /** The line that has said hello. */
  let current: Attempt | undefined;
  /** A line that has not said hello yet. If there is a current line, the trial will replace it. */
  let trial: Attempt | undefined;
  /** An event stream beside the first socket. */
  let beside: Attempt | undefined;
  let hasComplained = false;
  let stopped = false;
  let everConnected = false;
  let failures = 0;
  let socketFailures = 0;
  let socketHasWorked = false;
  let socketTriedMs = 0;
  let silenceMs = 0;
  let waiting: { readonly asked: boolean; readonly cancel: () => void } | undefined;
  let cancelHello = (): void => undefined;
  let cancelBeside = (): void => undefined;
  let cancelWatch = (): void => undefined;

  function stopWaiting(): void {
    waiting?.cancel();
    waiting = undefined;
  }

  function waitThen(waitMs: number, asked: boolean): void {
    stopWaiting();
    waiting = { asked, cancel: after(waitMs, start) };
  }

  const socketIsDue = (): boolean => {
    const most = socketHasWorked ? SOCKETS_BEFORE_STREAM.afterOneWorked : SOCKETS_BEFORE_STREAM.atFirst;
    const doublings = Math.max(0, socketFailures - most);
    const again = Math.min(SOCKET_AGAIN_MS.most, SOCKET_AGAIN_MS.first * 2 ** doublings);
    return socketFailures < most || now() - socketTriedMs >= again;
  };

  function start(): void {
    stopWaiting();
    if (stopped || trial !== undefined || !surroundings.online()) return;
    const kind = socketIsDue() ? 'socket' : 'stream';
    if (kind === 'socket') socketTriedMs = now();
    const attempt = attemptAt(kind);
    trial = attempt;
    cancelHello = after(HELLO_MS, () => end(attempt, {}));
    if (kind === 'socket' && !everConnected) cancelBeside = after(BESIDE_MS, openBeside);
    connect(attempt);
  }

  function openBeside(): void {
    if (everConnected || beside !== undefined || trial === undefined) return;
    beside = attemptAt('stream');
    connect(beside);
  }

  const attemptAt = (kind: Attempt['kind']): Attempt => ({
    kind,
    openedMs: now(),
    heardMs: now(),
    line: undefined,
  });

  function connect(attempt: Attempt): void {
    const { kind } = attempt;
    const url = new URL(deps.url);
    if (deps.cursor() !== '') url.searchParams.set('cursor', deps.cursor());
    const open = kind === 'socket' ? surroundings.openWebSocket : surroundings.openEventStream;
    try {
      attempt.line = open(url, {
        onText: (text) => hear(attempt, text),
        onBeat: () => {
          attempt.heardMs = now();
        },
        onEnd: (ending) => end(attempt, ending),
      });
    } catch {
      end(attempt, {});
    }
  }

  function hear(attempt: Attempt, text: string): void {
    if (attempt !== current && attempt !== trial && attempt !== beside) return;
    attempt.heardMs = now();
    const message = readMessage(text);
    if (message === undefined) {
      end(attempt, {});
      return;
    }
    if (attempt === trial || attempt === beside) replaceCurrent(attempt);
    else if (trial === undefined) stopWaiting();
    deps.onState(true);
    deps.onMessage(message);
  }

  /** The trial has said hello. */
  function replaceCurrent(attempt: Attempt): void {
    cancelBeside();
    current?.line?.close();
    current = attempt;
    everConnected = true;
    if (attempt === beside) beside = undefined;
    else {
      cancelHello();
      trial = undefined;
    }
    if (attempt.kind === 'socket') {
      beside?.line?.close();
      beside = undefined;
      socketHasWorked = true;
      socketFailures = 0;
    }
    silenceMs = SOCKET_SILENCE_MS.least + random() * SOCKET_SILENCE_MS.spread;
  }

  function end(attempt: Attempt, ending: Ending): void {
    if (attempt === beside) {
      beside = undefined;
      attempt.line?.close();
      complain(ending);
      return;
    }
    if (attempt !== current && attempt !== trial) return;
    attempt.line?.close();
    if (attempt.kind === 'stream') complain(ending);
    if (attempt === trial) {
      cancelHello();
      cancelBeside();
      trial = undefined;
      if (attempt.kind === 'socket') socketFailures += 1;
    } else {
      current = undefined;
      if (now() - attempt.openedMs >= STEADY_MS) failures = 0;
    }
    // An event stream with heartbeats needs no replacement.
    if (current?.kind === 'stream' && now() - current.heardMs < STREAM_SILENCE_MS) return;
    // A current line that could not be replaced stays: it may be alive, and the gateway may be full.
    deps.onState(false);
    const next = afterEnding(ending, failures, everConnected, random);
    failures += 1;
    if (next.type === 'stop') close();
    else if (trial === undefined) waitThen(next.waitMs, next.asked);
  }

  /** Reports a fault. Only a stream's refusal has a status; a socket's has none. */
  function complain({ status, errors = [] }: Ending): void {
    if (everConnected || hasComplained || !surroundings.online()) return;
    hasComplained = true;
    deps.onFault({ status, errors });
  }

  function watch(lastMs: number): void {
    const nowMs = now();
    cancelWatch = after(WATCH_MS, () => watch(nowMs));
    const isIdle = current === undefined && waiting === undefined;
    if (isIdle || nowMs - lastMs >= SLEPT_MS) start();
    if (current === undefined) return;
    const silent = nowMs - current.heardMs;
    if (current.kind === 'stream' && silent >= STREAM_SILENCE_MS) end(current, {});
    else if (silent >= silenceMs || (current.kind === 'stream' && socketIsDue())) renew();
  }

  /** Replaces the line, unless a failed attempt already waits for its next turn. */
  function renew(): void {
    if (waiting === undefined) start();
  }

  function wake(why: Wake): void {
    if (stopped) return;
    if (why === 'offline') {
      deps.onState(false);
      return;
    }
    const isDoubtful =
      current === undefined || why === 'online' || now() - current.heardMs >= DOUBTFUL_SILENCE_MS;
    if (isDoubtful && trial === undefined && waiting?.asked !== true) {
      waitThen(random() * WAKE_SPREAD_MS, false);
    }
  }

  function close(): void {
    stopped = true;
    stopWaiting();
    cancelHello();
    cancelBeside();
    cancelWatch();
    for (const attempt of [current, trial, beside]) attempt?.line?.close();
    current = undefined;
    trial = undefined;
    beside = undefined;
  }

  start();
  watch(now());
  return { wake, close };
}

/** @returns undefined for a text that no gateway sends */
function readMessage(text: string): LiveMessage | undefined {
  try {
    const message = JSON.parse(text) as LiveMessage;
    return message.type === 'hello' || message.type === 'alert' ? message : undefined;
  } catch {
    return undefined;
  }
}
