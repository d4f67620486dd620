import type { LiveMessage } from '../../live/protocol.ts';
import type { LineKeeper } from './line-keeper.ts';
import type { Memory } from './memory.ts';
import type { Channel, Locks, Surroundings, Wake } from './surroundings.ts';
import { createTabLock } from './tab-lock.ts';
import type { LeaderState, Note } from './tab-notes.ts';

/** How long a follower waits for an answer. A leader answers as soon as its page gets a turn. */
const ANSWER_MS = 3000;
/** How often a visible follower checks that its leader is alive. */
const ASK_MS = 20_000;
const STEAL_SPREAD_MS = 300;
/** Time until a tab may catch up again: it and its leader may disagree for a moment after the log was replaced. */
const CATCH_UP_AGAIN_MS = 10_000;

/*
 * A tab is
 *
 *   follower  waits in the queue of the lock, and takes messages from the leader's notes. The lock makes it the leader.
 *   leader    has the lock and the line. It becomes a follower when another tab steals the lock.
 *
 * A visible follower steals the lock when the leader does not answer, or is hidden and has no line.
 */

/**
 * Shares one line among a browser's tabs. The tab with the lock is the leader: it holds the line, and passes on its messages.
 * The next tab in the lock's queue takes over from its own cursor, so no version is lost; a version that comes twice is
 * dropped. A tab whose cursor differs from its leader's (it was opened later, or a note was lost) asks for what it misses. A
 * leader that does not answer, or is hidden and has no line, loses the lock to a visible tab.
 */
export function shareLine(deps: {
  surroundings: Surroundings;
  locks: Locks;
  openChannel: (name: string, onNote: (note: unknown) => void) => Channel;
  name: string;
  memory: Memory;
  openKeeper: (events: {
    onMessage: (message: LiveMessage) => void;
    onState: (connected: boolean) => void;
  }) => LineKeeper;
  /** May report the same state again. */
  onState: (connected: boolean) => void;
}): LineKeeper {
  const { surroundings, memory } = deps;
  const { after, random, visible } = surroundings;
  // A browser with locks has this function (both need a secure context).
  const tab = crypto.randomUUID();
  const channel = deps.openChannel(deps.name, (note) => onNote(note as Note));
  const lock = createTabLock({ locks: deps.locks, name: deps.name, onHeld: lead, onStolen: follow });
  /** Whether the leader, this tab or another, has a line. */
  let connected = false;
  /** Defined while this tab leads. */
  let line: LineKeeper | undefined;
  /** Until its line has spoken, a new leader may know less than its followers. */
  let lineHasSpoken = false;
  /** A line that a follower opens for a moment to catch up. */
  let passing: LineKeeper | undefined;
  let passedMs = Number.NEGATIVE_INFINITY;
  let letGo = (): void => undefined;
  let cancelAnswer: (() => void) | undefined;
  let cancelAsk = (): void => undefined;
  let cancelSteal: (() => void) | undefined;
  let closed = false;

  const post = (note: Note): void => channel.post(note);

  function follow(): void {
    const lost = line;
    line = undefined;
    lost?.close();
    letGo();
    lock.request('wait');
    ask(true);
    keepAsking();
  }

  function lead(release: () => void): void {
    stopAsking();
    letGo = release;
    lineHasSpoken = false;
    // The tabs keep their state until the new line has failed.
    tellState();
    line = deps.openKeeper({
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

  /** @param awake the page has become visible, or the network is back: the leader checks its line */
  function ask(awake: boolean): void {
    if (line !== undefined || cancelAnswer !== undefined) return;
    cancelAnswer = after(ANSWER_MS, () => {
      cancelAnswer = undefined;
      if (visible()) lock.request('steal');
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
    cancelSteal = after(random() * STEAL_SPREAD_MS, () => lock.request('steal'));
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

  /** The leader's memory does not reach back to this tab's cursor; the gateway's may. */
  function catchUp(): void {
    if (passing !== undefined || surroundings.now() - passedMs < CATCH_UP_AGAIN_MS) return;
    passedMs = surroundings.now();
    passing = deps.openKeeper({
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
      lock.close();
      line?.close();
      letGo();
      channel.close();
    },
  };
}
