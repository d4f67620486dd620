import { openEventStream } from './event-stream.ts';
import type { Channel, Locks, Surroundings } from './surroundings.ts';
import { openWebSocket } from './web-socket.ts';

export const browserSurroundings: Surroundings = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  online: () => navigator.onLine,
  visible: () => document.visibilityState === 'visible',
  onWake: (listener) =>
    listen([
      [window, 'online', () => listener('online')],
      [window, 'offline', () => listener('offline')],
      [
        document,
        'visibilitychange',
        () => {
          if (document.visibilityState === 'visible') listener('visible');
        },
      ],
    ]),
  // A page that holds a lock, a socket or a channel cannot enter the back-forward cache.
  onHold: (listener) =>
    listen([
      [window, 'pagehide', () => listener('hold')],
      [
        window,
        'pageshow',
        (event) => {
          if ((event as PageTransitionEvent).persisted) listener('go');
        },
      ],
      [document, 'freeze', () => listener('hold')],
      [document, 'resume', () => listener('go')],
    ]),
  openWebSocket,
  openEventStream,
  get locks() {
    if (!('locks' in navigator)) return undefined;
    return { request: (name, options, held) => navigator.locks.request(name, options, held) } satisfies Locks;
  },
  get openChannel() {
    return 'BroadcastChannel' in globalThis ? openBroadcastChannel : undefined;
  },
};

function openBroadcastChannel(name: string, onNote: (note: unknown) => void): Channel {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => onNote(event.data);
  return {
    // A channel has no target: it reaches only its origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    post: (note) => channel.postMessage(note),
    close: () => channel.close(),
  };
}

function listen(events: readonly (readonly [EventTarget, string, (event: Event) => void])[]): () => void {
  for (const [target, name, listener] of events) target.addEventListener(name, listener);
  return () => {
    for (const [target, name, listener] of events) target.removeEventListener(name, listener);
  };
}
