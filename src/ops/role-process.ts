import { fork, type ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Running } from './supervisor.ts';
import { SOCKET_VARIABLE } from './systemd.ts';

/** EX_CONFIG of sysexits.h: a restart does not help. */
export const EXIT_CONFIG = 78;

const ALIVE_EVERY_MS = 5000;
/** A role hangs if it is silent at so many checks in a row, `ALIVE_EVERY_MS` apart. */
const MOST_MISSED = 6;

const SOURCE_MAPS = '--enable-source-maps';

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), port: z.int().optional() }),
  z.object({ type: z.literal('admin-key'), key: z.string() }),
  z.object({ type: z.literal('alive') }),
]);

/**
 * What a role tells the process that started it:
 * - `ready`: it works, and the server tells its port;
 * - `admin-key`: the first start made this key, which the operator must see once;
 * - `alive`: its event loop turns.
 */
export type RoleMessage = z.infer<typeof message>;

/** The line that shows a new admin key to the operator. */
export const adminKeyLine = (key: string): string => `  admin key    ${key}   (shown only now: keep it)`;

/** Tells the supervisor. Without a supervisor, a new admin key goes to standard output, so that the operator sees it. */
export function tellSupervisor(told: RoleMessage): void {
  if (process.send !== undefined && process.connected) process.send(told);
  else if (told.type === 'admin-key') process.stdout.write(`${adminKeyLine(told.key)}\n`);
}

/** From now on the process that started this one hears that the event loop turns. */
export function tellThatItLives(): void {
  if (process.send === undefined) return;
  setInterval(() => tellSupervisor({ type: 'alive' }), ALIVE_EVERY_MS).unref();
}

/** Reads what a child process sent. Undefined if it is no {@link RoleMessage}. */
export function readRoleMessage(received: unknown): RoleMessage | undefined {
  return message.safeParse(received).data;
}

/**
 * Starts a role as a child process. The role sees `disconnect` when this process has ended in any way.
 * @param options.file the role's entry point
 * @param options.env added to this process's environment
 * @param options.flags further flags of Node
 * @param options.stopDeadlineMs SIGKILL this long after the SIGTERM of `stop`
 * @param options.socket descriptor of a listening socket that the role gets
 */
export function forkRole(options: {
  file: string;
  env: Record<string, string | undefined>;
  flags?: readonly string[];
  stopDeadlineMs: number;
  socket?: number | undefined;
  onMessage: (told: RoleMessage) => void;
}): Running {
  const { socket, flags = [] } = options;
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc', ...(socket === undefined ? [] : [socket])] as const;
  const passed = socket === undefined ? {} : { [SOCKET_VARIABLE]: String(stdio.length - 1) };
  const child = fork(options.file, [], {
    env: { ...process.env, ...options.env, ...passed },
    stdio: [...stdio],
    execArgv: [...process.execArgv.filter((flag) => flag !== SOURCE_MAPS), SOURCE_MAPS, ...flags],
    // In a separate group, Ctrl-C in a terminal reaches only the supervisor, which stops the roles in order.
    detached: true,
  });
  child.on('message', (received) => {
    const told = readRoleMessage(received);
    if (told !== undefined) options.onMessage(told);
  });
  return asRunning(child, options.stopDeadlineMs);
}

/** A child process in the form that a supervisor runs. `stop` sends SIGTERM, and SIGKILL after `stopDeadlineMs`. */
export function asRunning(child: ChildProcess, stopDeadlineMs: number): Running {
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(signal ?? exitReason(code)));
  });
  watchOver(child);
  return {
    pid: child.pid ?? -1,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

const exitReason = (code: number | null): string => `exit code ${code}`;

/** The reason of a part that must not be started again, because it said that a restart does not help. */
export const UNFIT_REASON = exitReason(EXIT_CONFIG);

/**
 * Ends a process that has spoken before and is silent now: its event loop hangs, or it was stopped. It counts checks, not
 * time, because a machine that is suspended stops this process as well.
 * @param everyMs for tests
 */
export function watchOver(child: ChildProcess, everyMs = ALIVE_EVERY_MS): void {
  let missed = -Infinity;
  child.on('message', (received) => {
    if (readRoleMessage(received)?.type === 'alive') missed = 0;
  });
  const timer = setInterval(() => {
    missed += 1;
    if (missed >= MOST_MISSED) child.kill('SIGKILL');
  }, everyMs);
  timer.unref();
  child.once('exit', () => clearInterval(timer));
}
