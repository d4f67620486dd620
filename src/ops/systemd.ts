import { execFile } from 'node:child_process';

/**
 * Tells systemd once that this process works, and then regularly that its event loop turns (sd_notify(3)). Without
 * `Type=notify` it does nothing. Node has no Unix datagram sockets, so `systemd-notify` sends the words.
 * @param environment NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID as systemd sets them
 * @param send for tests
 */
export function tellSystemd(
  environment: Record<string, string | undefined>,
  send: (words: string) => void = notify,
): () => void {
  if (environment['NOTIFY_SOCKET'] === undefined) return () => undefined;
  send('READY=1');
  const { WATCHDOG_PID: pid, WATCHDOG_USEC: micros } = environment;
  if (micros === undefined || (pid !== undefined && pid !== String(process.pid))) return () => undefined;
  const timer = setInterval(() => send('WATCHDOG=1'), Number(micros) / 1000 / 3);
  timer.unref();
  return () => clearInterval(timer);
}

function notify(words: string): void {
  execFile('systemd-notify', [words], () => undefined);
}
