import type { Alert } from '../alerts/schema.ts';
import { CLOSE_CODES, type LiveMessage } from '../live/protocol.ts';
import { reconnectDelay } from './backoff.ts';

export interface LiveClient {
  close(): void;
}

/** What the client did wrong by sending: connecting again would not help. */
const FINAL_CODES: ReadonlySet<number> = new Set([CLOSE_CODES.policyViolation, CLOSE_CODES.messageTooBig]);

/**
 * Keeps a line to the gateway open: resumes by cursor, drops what it has had (alert id and version), sleeps while offline.
 * @param options.onAlert every version once
 */
export function openLiveClient(options: {
  query: Readonly<Record<string, string>>;
  onAlert: (alert: Alert) => void;
  onReset?: (current: readonly Alert[]) => void;
  onState: (connected: boolean) => void;
}): LiveClient {
  const seen = new Set<string>();
  let cursor = '';
  let failures = 0;
  let socket: WebSocket | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function take(alert: Alert): void {
    const name = `${alert.id}:${alert.version}`;
    if (seen.has(name)) return;
    seen.add(name);
    options.onAlert(alert);
  }

  function onMessage(text: string): void {
    const message = JSON.parse(text) as LiveMessage;
    cursor = message.cursor;
    if (message.type === 'hello') {
      failures = 0;
      options.onState(true);
      if (!message.recovered) options.onReset?.(message.alerts);
      message.alerts.forEach(take);
    } else {
      take(message.alert);
    }
  }

  function connect(): void {
    clearTimeout(timer);
    timer = undefined;
    if (closed || socket !== undefined || !navigator.onLine) return;
    const url = new URL('/v1/live', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    url.search = new URLSearchParams({ ...options.query, ...(cursor === '' ? {} : { cursor }) }).toString();
    socket = new WebSocket(url);
    socket.onmessage = (event) => onMessage(String(event.data));
    socket.onclose = (event) => {
      socket = undefined;
      options.onState(false);
      if (closed || FINAL_CODES.has(event.code)) return;
      timer = setTimeout(connect, reconnectDelay(failures++));
    };
  }

  const wake = (): void => {
    if (document.visibilityState === 'visible') connect();
  };
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', wake);
  connect();
  return {
    close: () => {
      closed = true;
      clearTimeout(timer);
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
      socket?.close();
    },
  };
}
