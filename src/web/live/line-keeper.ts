import type { LiveMessage } from '../../live/protocol.ts';
import { afterEnding } from './after-ending.ts';
import { newAttempt, openLine, type Attempt } from './attempt.ts';
import type { Ending } from './line.ts';
import { readMessage } from './read-message.ts';
import { silenceOf, type Silence } from './silence.ts';
import { watchSleep } from './sleep-watch.ts';
import type { Surroundings, Wake } from './surroundings.ts';
import { createTransportChoice } from './transport-choice.ts';

/** A line without a hello is given up after this time. In a storm of reconnects, a gateway lets handshakes wait. */
const HELLO_MS = 15_000;
/** A line that lived so long counts as no failure. */
const STEADY_MS = 10_000;
/**
 * A page that was never connected opens an event stream beside a WebSocket that is silent for so long. If a proxy drops the
 * upgrade, or the page's policy the attempt, an alert must not wait for the end of the socket.
 */
const BESIDE_MS = 1500;
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

/*
 * An attempt is
 *
 *   trial    it has not said hello. Hello makes it the current line, which ends the line before. No hello within 15 s, or
 *            its end, starts the wait for the next trial.
 *   beside   an event stream next to the first socket, if that is silent. The first hello of the two wins; a socket's hello
 *            ends the stream.
 *   current  it carries the messages. Its end starts the wait for a trial. After silence, a sleep, or the return of the
 *            reader or the network, a trial is opened next to it.
 *
 * There is at most one of each. The gateway's refusals for good (`afterEnding`), and `close`, end all of them.
 */

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
  const choice = createTransportChoice(now);
  /** Of the current line. */
  let silence: Silence | undefined;
  let waiting: { readonly asked: boolean; readonly cancel: () => void } | undefined;
  let cancelHello = (): void => undefined;
  let cancelBeside = (): void => undefined;
  let stopWatching = (): void => undefined;

  function stopWaiting(): void {
    waiting?.cancel();
    waiting = undefined;
  }

  function waitThen(waitMs: number, asked: boolean): void {
    stopWaiting();
    waiting = { asked, cancel: after(waitMs, start) };
  }

  function start(): void {
    stopWaiting();
    if (stopped || trial !== undefined || !surroundings.online()) return;
    const kind = choice.next();
    const attempt = newAttempt(kind, now());
    trial = attempt;
    cancelHello = after(HELLO_MS, () => end(attempt, {}));
    if (kind === 'socket' && !everConnected) cancelBeside = after(BESIDE_MS, openBeside);
    connect(attempt);
  }

  function openBeside(): void {
    if (everConnected || beside !== undefined || trial === undefined) return;
    beside = newAttempt('stream', now());
    connect(beside);
  }

  function connect(attempt: Attempt): void {
    openLine(attempt, {
      surroundings,
      url: deps.url,
      cursor: deps.cursor(),
      onText: (text) => hear(attempt, text),
      onEnd: (ending) => end(attempt, ending),
    });
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
      choice.socketWorked();
    }
    silence = silenceOf(random);
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
      if (attempt.kind === 'socket') choice.socketFailed();
    } else {
      current = undefined;
      if (now() - attempt.openedMs >= STEADY_MS) failures = 0;
    }
    // An event stream with heartbeats needs no replacement.
    if (current?.kind === 'stream' && !isDead(current)) return;
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

  const isDead = (attempt: Attempt): boolean =>
    silence?.isDead(attempt.kind, now() - attempt.heardMs) ?? false;

  function look(slept: boolean): void {
    const isIdle = current === undefined && waiting === undefined;
    if (isIdle || slept) start();
    if (current === undefined) return;
    const isLong = silence?.isLong(now() - current.heardMs) ?? false;
    if (isDead(current)) end(current, {});
    else if (isLong || (current.kind === 'stream' && choice.socketIsDue())) renew();
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
      current === undefined || why === 'online' || (silence?.isDoubtful(now() - current.heardMs) ?? true);
    if (isDoubtful && trial === undefined && waiting?.asked !== true) {
      waitThen(random() * WAKE_SPREAD_MS, false);
    }
  }

  function close(): void {
    stopped = true;
    stopWaiting();
    cancelHello();
    cancelBeside();
    stopWatching();
    for (const attempt of [current, trial, beside]) attempt?.line?.close();
    current = undefined;
    trial = undefined;
    beside = undefined;
  }

  start();
  stopWatching = watchSleep(surroundings, look);
  if (stopped) stopWatching();
  return { wake, close };
}
