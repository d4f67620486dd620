import { fork, type ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Running } from './supervisor.ts';

const SOURCE_MAPS = '--enable-source-maps';

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), port: z.int().optional() }),
  z.object({ type: z.literal('admin-key'), key: z.string() }),
]);

/**
 * What a role tells whoever started it:
 * - `ready`: it does its work; the server says on which port it listens;
 * - `admin-key`: the first start made this key, and it is shown to the operator once.
 */
export type RoleMessage = z.infer<typeof message>;

/** What an operator sees of a new admin key. */
export const adminKeyLine = (key: string): string => `  admin key    ${key}   (shown only now: keep it)`;

/** Tells the supervisor. Without one there is nobody else to show a new admin key, so it goes to standard output. */
export function tellSupervisor(told: RoleMessage): void {
  if (process.send !== undefined && process.connected) process.send(told);
  else if (told.type === 'admin-key') process.stdout.write(`${adminKeyLine(told.key)}\n`);
}

/** Reads what a child process sent; undefined for anything that is not a {@link RoleMessage}. */
export function readRoleMessage(received: unknown): RoleMessage | undefined {
  return message.safeParse(received).data;
}

/**
 * Starts a role as a child process. It sees `disconnect` when this process is gone, however that ended.
 * @param options.file the role's entry point
 * @param options.env added to this process's environment
 * @param options.stopDeadlineMs SIGKILL this long after the SIGTERM of `stop`
 */
export function forkRole(options: {
  file: string;
  env: Record<string, string>;
  stopDeadlineMs: number;
  onMessage: (told: RoleMessage) => void;
}): Running {
  const child = fork(options.file, [], {
    env: { ...process.env, ...options.env },
    execArgv: [...process.execArgv.filter((flag) => flag !== SOURCE_MAPS), SOURCE_MAPS],
    // A group of its own: Ctrl-C in a terminal reaches the supervisor alone, which stops the roles in order.
    detached: true,
  });
  child.on('message', (received) => {
    const told = readRoleMessage(received);
    if (told !== undefined) options.onMessage(told);
  });
  return asRunning(child, options.stopDeadlineMs);
}

/** A child process as what a supervisor keeps running. `stop` sends SIGTERM, and SIGKILL after `stopDeadlineMs`. */
export function asRunning(child: ChildProcess, stopDeadlineMs: number): Running {
  const ended = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(signal ?? `exit code ${code}`));
  });
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
