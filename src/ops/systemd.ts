import { execFile } from 'node:child_process';
import { UnfitError } from './unfit.ts';

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

/** Where sd_listen_fds(3) puts the first socket. */
const FIRST_SOCKET = 3;

/** Tells a role where its supervisor has put the socket: systemd names the process number of the supervisor alone. */
export const SOCKET_VARIABLE = 'AJIL_LISTEN_FD';

/**
 * The listening socket that systemd keeps open for this process (deploy/systemd/ajil.socket). Connections that come while
 * no server runs wait in it.
 * @returns its descriptor; undefined if there is none
 */
export function socketOfSystemd(environment: Record<string, string | undefined>): number | undefined {
  const passed = environment[SOCKET_VARIABLE];
  if (passed !== undefined) return Number(passed);
  const { LISTEN_FDS: count, LISTEN_PID: pid } = environment;
  return count === '1' && pid === String(process.pid) ? FIRST_SOCKET : undefined;
}

/** @throws {UnfitError} node:cluster closes a socket of systemd when its last process ends, and could not open it again */
export function socketForOne(socket: number | undefined, processes: number): number | undefined {
  if (socket === undefined || processes === 1) return socket;
  throw new UnfitError(
    'A socket of systemd serves one process: set SERVER_PROCESSES=1, or disable ajil.socket',
  );
}
