import type { Alert } from '../../alerts/schema.ts';
import type { LiveMessage } from '../../live/protocol.ts';
import { keepLine, type LineKeeper } from './line-keeper.ts';
import { createMemory } from './memory.ts';
import { shareLine } from './sharing.ts';
import type { Surroundings } from './surroundings.ts';

/** Tabs with an older page may be open: when the notes between tabs change, so must this. */
const NOTES = 'ajil-live-1';

/** The live client in any surroundings; see `openLiveClient`. */
export function createLiveClient(
  options: {
    url: URL;
    query: Readonly<Record<string, string>>;
    onAlert: (alert: Alert) => void;
    onReset?: (current: readonly Alert[]) => void;
    onState: (connected: boolean) => void;
  },
  surroundings: Surroundings,
): { close(): void } {
  const { onReset } = options;
  const url = new URL(options.url);
  const query = new URLSearchParams(options.query);
  query.sort();
  url.search = query.toString();
  const memory = createMemory({
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
    const openLine = (events: {
      onMessage: (message: LiveMessage) => void;
      onState: (connected: boolean) => void;
    }): LineKeeper => keepLine({ surroundings, url, cursor: () => memory.cursor, ...events });
    keeper =
      locks === undefined || openChannel === undefined
        ? openLine({ onMessage: memory.take, onState })
        : shareLine({
            surroundings,
            locks,
            openChannel,
            name: `${NOTES} ${url.href}`,
            memory,
            openLine,
            onState,
          });
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
    close: () => {
      stopWake();
      stopHold();
      letGo();
    },
  };
}

/** A fault in what is called must not end the line; it is reported as one of the page. */
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
