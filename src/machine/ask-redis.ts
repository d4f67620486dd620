import { connect } from 'node:net';
import { shortSocketPath } from '../redis/socket-path.ts';

// Two commands without a client, which would wait while Redis loads its data.

/**
 * The process of the server that answers. Undefined if there is none, or while it loads its data (it answers INFO
 * then).
 */
export async function askProcess(socket: string): Promise<number | undefined> {
  const [, pid, loading] = (await ask(socket, 'INFO\r\n', /process_id:(\d+)[^]*\nloading:([01])/)) ?? [];
  return loading === '0' ? Number(pid) : undefined;
}

/**
 * A file that was cut inside a transaction ends with the beginning of it, and the next commands would be read as its
 * rest.
 */
export async function rewriteFile(socket: string): Promise<void> {
  await ask(socket, 'BGREWRITEAOF\r\n', /^\+(.*)\r\n/);
}

/** @returns what `pattern` finds in the answer; undefined if it finds nothing within a second */
function ask(socket: string, command: string, pattern: RegExp): Promise<RegExpExecArray | undefined> {
  return new Promise((done) => {
    const connection = connect(shortSocketPath(socket));
    let text = '';
    connection.setTimeout(1000, () => connection.destroy());
    connection.once('connect', () => connection.write(command));
    connection.on('data', (data) => {
      text += data.toString();
      const found = pattern.exec(text);
      if (found === null && !text.startsWith('-')) return;
      done(found ?? undefined);
      connection.destroy();
    });
    connection.once('error', () => done(undefined));
    connection.once('close', () => done(undefined));
  });
}
