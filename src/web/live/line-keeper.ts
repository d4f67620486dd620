import type { LiveMessage } from '../../live/protocol.ts';
import { afterEnding } from './after-ending.ts';
import type { Surroundings, Wake } from './surroundings.ts';
import type { Ending, OpenedLine } from './transport.ts';

/** A line that has not said hello by then is given up. In a storm of reconnects a gateway lets handshakes wait. */
const HELLO_MS = 15_000;
/** A line that lived so long was no failure. */
const STEADY_MS = 10_000;
/**
 * WebSockets in a row that never said hello, until the event stream is tried. Where sockets have worked it is rather an
 * outage: an event stream would not help, and going back to a socket would cost the gateway a second handshake.
 */
const SOCKETS_BEFORE_STREAM = { atFirst: 1, afterOneWorked: 8 };
/**
 * A page that was never connected opens an event stream beside a WebSocket that is silent for so long: where a proxy
 * swallows the upgrade, or the page's policy the attempt, an alert must not wait for the socket's end.
 */
const BESIDE_MS = 1500;
/** After that a WebSocket is tried again: soon (it may have been an outage), then less and less often. */
const SOCKET_AGAIN_MS = { first: 60_000, most: 30 * 60_000 };

const WATCH_MS = 20_000;
/** Browsers let a hidden page's timers run once a minute; a longer gap means that the device or the page slept. */
const SLEPT_MS = 150_000;
/** The gateway's comments come every 25 s: an event stream without them is dead. */
const STREAM_SILENCE_MS = 60_000;
/** A WebSocket may be silent for hours when nothing breaks, or dead: browsers hide pings. */
const SOCKET_SILENCE_MS = { least: 4 * 60_000, spread: 2 * 60_000 };
/** A reader who looks at the page, or a network that came back, asks sooner. */
const DOUBTFUL_SILENCE_MS = 30_000;
const WAKE_SPREAD_MS = 500;

/** Why a line that was never there does not come about. */
export interface LineFault {
  /** HTTP status of the refusal; undefined where the browser tells nothing: no network, or an origin that is not allowed. */
  readonly status: number | undefined;
  /** What the server found wrong with the question. */
  readonly errors: readonly { readonly parameter?: string; readonly detail: string }[];
}

export interface LineKeeper {
  /** Looks after the line now. */
  wake(why: Wake): void;
  /** Nothing is told any more. */
  close(): void;
}

interface Attempt {
  readonly kind: 'socket' | 'stream';
  readonly openedMs: number;
  heardMs: number;
  line: OpenedLine | undefined;
}

/**
 * Keeps one line to the gateway open, over a WebSocket or, where that fails, an event stream; resumes by cursor.
 *
 * How a half-open line is noticed, which a browser does not tell: after minutes of silence, after a sleep, and when the
 * reader or the network comes back, another line is opened beside it, with the cursor; when that one says hello, it
 * takes the place of the old one. Nothing is lost meanwhile, and what comes twice is dropped by its version.
 */
export function keepLine(deps: {
  surroundings: Surroundings;
  /** Without the cursor. */
  url: URL;
  cursor: () => string;
  onMessage: (message: LiveMessage) => void;
  /** May say the same again; it begins as false. */
  onState: (connected: boolean) => void;
  /** At most once. */
  onFault: (fault: LineFault) => void;
}): LineKeeper {
  const { surroundings } = deps;
  const { now, random, after } = surroundings;
  /** The line that said hello. */
  let current: Attempt | undefined;
  /** One that has not yet; beside a current one, to replace it. */
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
    // Another line that could not be replaced is in doubt, and stays: it may live, and the gateway may be full.
    deps.onState(false);
    const next = afterEnding(ending, failures, everConnected, random);
    failures += 1;
    if (next.type === 'stop') close();
    else if (trial === undefined) waitThen(next.waitMs, next.asked);
  }

  /** A stream's refusal says more than a socket's. */
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

  /** Not while a failed renewal waits for its next turn. */
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

/** Undefined for what no gateway sends. */
function readMessage(text: string): LiveMessage | undefined {
  try {
    const message = JSON.parse(text) as LiveMessage;
    return message.type === 'hello' || message.type === 'alert' ? message : undefined;
  } catch {
    return undefined;
  }
}
