import type { HelloMessage, LiveMessage } from '../../live/protocol.ts';
import type { LineKeeper } from './line-keeper.ts';
import type { Memory } from './memory.ts';
import type { Channel, Locks, Surroundings, Wake } from './surroundings.ts';

interface LeaderState {
  readonly connected: boolean;
  /** Whether somebody looks at the leader's page; browsers slow a hidden page's timers down. */
  readonly visible: boolean;
}

/** What tabs say to each other. One leads and holds the line; the others follow. */
type Note =
  /** A follower stands at `since` and wants what it missed; so it learns as well whether its leader lives. */
  | { readonly type: 'join'; readonly tab: string; readonly since: string; readonly awake: boolean }
  /** The leader's answer; without a hello while it has had none itself. */
  | ({ readonly type: 'answer'; readonly to: string; readonly hello: HelloMessage | undefined } & LeaderState)
  /** What came over the line. `before`: where a tab must stand to take it. */
  | { readonly type: 'message'; readonly before: string; readonly message: LiveMessage }
  | ({ readonly type: 'state'; readonly cursor: string } & LeaderState);

/** A leader answers as soon as its page gets a turn. */
const ANSWER_MS = 3000;
/** How often a follower that is looked at makes sure that its leader lives. */
const ASK_MS = 20_000;
const STEAL_SPREAD_MS = 300;
/** A tab and its leader may disagree for a moment, when the log was wiped. */
const CATCH_UP_AGAIN_MS = 10_000;

/**
 * Shares one line among a browser's tabs: who holds the lock holds the line, and passes on what comes; the next in the
 * lock's queue takes over from where it stands itself, so nothing is lost, and what comes twice is dropped by its version.
 * A tab that finds itself elsewhere than its leader (it was opened later, or a note was lost) asks for what it misses.
 * A leader that does not answer, or is hidden and off the line, loses the lock to a tab that is looked at.
 */
export function shareLine(deps: {
  surroundings: Surroundings;
  locks: Locks;
  openChannel: (name: string, onNote: (note: unknown) => void) => Channel;
  name: string;
  memory: Memory;
  openLine: (events: {
    onMessage: (message: LiveMessage) => void;
    onState: (connected: boolean) => void;
  }) => LineKeeper;
  /** May say the same again. */
  onState: (connected: boolean) => void;
}): LineKeeper {
  const { surroundings, memory } = deps;
  const { after, random, visible } = surroundings;
  // Where there are locks, there is this (both need a secure context).
  const tab = crypto.randomUUID();
  const channel = deps.openChannel(deps.name, (note) => onNote(note as Note));
  /** Of the leader, whoever that is. */
  let connected = false;
  /** Defined: this tab leads. */
  let line: LineKeeper | undefined;
  /** Before that a new leader may know less than its followers. */
  let lineHasSpoken = false;
  /** A follower's own line for a moment. */
  let passing: LineKeeper | undefined;
  let passedMs = Number.NEGATIVE_INFINITY;
  let letGo = (): void => undefined;
  let request = new AbortController();
  let cancelAnswer: (() => void) | undefined;
  let cancelAsk = (): void => undefined;
  let cancelSteal: (() => void) | undefined;
  let closed = false;

  const post = (note: Note): void => channel.post(note);

  /** A lock cannot be waited for with a signal and stolen at once. */
  function requestLock(how: 'wait' | 'steal'): void {
    request.abort();
    const mine = new AbortController();
    request = mine;
    const held = (): Promise<void> =>
      new Promise((release) => {
        if (closed || mine.signal.aborted) release();
        else lead(release);
      });
    const options = how === 'steal' ? { steal: true } : { signal: mine.signal };
    deps.locks.request(deps.name, options, held).catch((error: unknown) => {
      if (closed || mine !== request) return;
      // Another tab stole the lock; or this page may have no locks, and keeps a line of its own.
      if ((error as Error).name === 'AbortError') follow();
      else lead(() => undefined);
    });
  }

  function follow(): void {
    const lost = line;
    line = undefined;
    lost?.close();
    letGo();
    requestLock('wait');
    ask(true);
    keepAsking();
  }

  function lead(release: () => void): void {
    stopAsking();
    letGo = release;
    lineHasSpoken = false;
    // The readers' tabs stay as they are until the new line has failed.
    tellState();
    line = deps.openLine({
      onMessage: (message) => {
        lineHasSpoken = true;
        post({ type: 'message', before: memory.cursor, message });
        memory.take(message);
      },
      onState: (now) => {
        if (closed || connected === now) return;
        connected = now;
        tellState();
        deps.onState(now);
      },
    });
  }

  function tellState(): void {
    post({ type: 'state', connected, visible: visible(), cursor: memory.cursor });
  }

  /** @param awake somebody has just begun to look, or the network is back: the leader shall look after its line */
  function ask(awake: boolean): void {
    if (line !== undefined || cancelAnswer !== undefined) return;
    cancelAnswer = after(ANSWER_MS, () => {
      cancelAnswer = undefined;
      if (visible()) requestLock('steal');
    });
    post({ type: 'join', tab, since: memory.cursor, awake });
  }

  function keepAsking(): void {
    cancelAsk();
    cancelAsk = after(ASK_MS, () => {
      if (visible()) ask(false);
      keepAsking();
    });
  }

  function stopAsking(): void {
    cancelAsk();
    answered();
    cancelSteal?.();
    cancelSteal = undefined;
    stopCatchingUp();
  }

  function answered(): void {
    cancelAnswer?.();
    cancelAnswer = undefined;
  }

  function heed(state: LeaderState): void {
    connected = state.connected;
    deps.onState(connected);
    cancelSteal?.();
    cancelSteal = undefined;
    if (connected || state.visible || !visible()) return;
    cancelSteal = after(random() * STEAL_SPREAD_MS, () => requestLock('steal'));
  }

  function onNote(note: Note): void {
    if (closed) return;
    if (line !== undefined) {
      if (note.type === 'join') answer(line, note);
      return;
    }
    switch (note.type) {
      case 'join':
        return;
      case 'answer':
        if (note.to !== tab || cancelAnswer === undefined) return;
        answered();
        heed(note);
        if (note.hello === undefined) return;
        if (note.hello.recovered || memory.cursor === '') memory.take(note.hello);
        else catchUp();
        return;
      case 'message':
        if (note.before === memory.cursor) memory.take(note.message);
        else ask(false);
        return;
      case 'state':
        heed(note);
        if (note.cursor !== memory.cursor) ask(false);
    }
  }

  /** The leader's memory does not reach back to where this tab stands; the gateway's may. */
  function catchUp(): void {
    if (passing !== undefined || surroundings.now() - passedMs < CATCH_UP_AGAIN_MS) return;
    passedMs = surroundings.now();
    passing = deps.openLine({
      onMessage: (hello) => {
        stopCatchingUp();
        memory.take(hello);
        ask(false);
      },
      onState: () => undefined,
    });
  }

  function stopCatchingUp(): void {
    passing?.close();
    passing = undefined;
  }

  function answer(leading: LineKeeper, join: { tab: string; since: string; awake: boolean }): void {
    const mayTell = lineHasSpoken || join.since === '';
    const hello = mayTell ? memory.helloFor(join.since) : undefined;
    post({ type: 'answer', to: join.tab, hello, connected, visible: visible() });
    if (join.awake) leading.wake('visible');
  }

  follow();
  return {
    wake: (why: Wake) => {
      if (line !== undefined) line.wake(why);
      else if (why !== 'offline') ask(true);
      passing?.wake(why);
    },
    close: () => {
      closed = true;
      stopAsking();
      request.abort();
      line?.close();
      letGo();
      channel.close();
    },
  };
}
