import type { Alert } from '../../alerts/schema.ts';
import type { LiveMessage } from '../../live/protocol.ts';
import { createServerClock } from '../common/server-clock.ts';
import { keepLine, type LineFault, type LineKeeper } from './line-keeper.ts';
import { createMemory } from './memory.ts';
import { shareLine } from './sharing.ts';
import type { Surroundings } from './surroundings.ts';

/** Must change when the notes between tabs change: tabs with an older page may be open. */
const NOTES = 'ajil-live-1';

/** Makes the live client for any surroundings; see `openLiveClient`. */
export function createLiveClient(
  options: {
    url: URL;
    query: Readonly<Record<string, string>>;
    onAlert: (alert: Alert) => void;
    onReset?: (current: readonly Alert[]) => void;
    onState: (connected: boolean) => void;
    onFault?: (fault: LineFault) => void;
  },
  surroundings: Surroundings,
): { now(): number; close(): void } {
  const { onReset } = options;
  const url = new URL(options.url);
  const query = new URLSearchParams(options.query);
  query.sort();
  url.search = query.toString();
  const clock = createServerClock(surroundings.monotonic, surroundings.now);
  const tellFault = contained(options.onFault ?? (() => undefined));
  let hasToldTopics = false;
  const memory = createMemory({
    clock,
    onUnknownTopics: (topics) => {
      if (hasToldTopics) return;
      hasToldTopics = true;
      tellFault({ status: 200, errors: topics.map((topic) => unknownTopic(topic)) });
    },
    onAlert: contained(options.onAlert),
    onReset: onReset && contained(onReset),
  });
  const tellState = contained(options.onState);
  let connected = false;
  let keeper: LineKeeper | undefined;

  function onState(now: boolean): void {
    if (connected === now) return;
    connected = now;
    tellState(now);
  }

  function open(): void {
    const { locks, openChannel } = surroundings;
    const openKeeper = (events: {
      onMessage: (message: LiveMessage) => void;
      onState: (connected: boolean) => void;
    }): LineKeeper =>
      keepLine({ surroundings, url, cursor: () => memory.cursor, onFault: tellFault, ...events });
    const alone = (): LineKeeper => openKeeper({ onMessage: memory.take, onState });
    if (locks === undefined || openChannel === undefined) {
      keeper = alone();
      return;
    }
    try {
      const name = `${NOTES} ${url.href}`;
      keeper = shareLine({ surroundings, locks, openChannel, name, memory, openKeeper, onState });
    } catch {
      // If a reader blocks a site's storage, Firefox has locks and channels but refuses them: the tab opens a line alone.
      keeper = alone();
    }
  }

  function letGo(): void {
    keeper?.close();
    keeper = undefined;
    onState(false);
  }

  const stopWake = surroundings.onWake((why) => {
    if (keeper !== undefined) keeper.wake(why);
    else if (why !== 'offline') open();
  });
  const stopHold = surroundings.onHold((what) => {
    if (what === 'hold') letGo();
    else if (keeper === undefined) open();
  });
  open();
  return {
    now: () => clock.now(),
    close: () => {
      stopWake();
      stopHold();
      letGo();
    },
  };
}

/** An error in a callback must not end the line; it is reported as an error of the page. */
function contained<T>(call: (value: T) => void): (value: T) => void {
  return (value) => {
    try {
      call(value);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  };
}

const unknownTopic = (topic: string): LineFault['errors'][number] => ({
  parameter: 'topics',
  detail: `the newsroom has no topic ${JSON.stringify(topic)}`,
});
