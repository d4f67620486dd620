import { totalmem } from 'node:os';
import { readCommandLine, readCount, refuse } from '../../tests/support/command-line.ts';
import { descriptorLimit } from '../live/options.ts';

const HELP = `npm run bench:connections -- [options]

Opens idle WebSockets to the built server, of many addresses of this machine (127.1.0.1 and on). Prints what each takes of the
servers' memory and of the kernel's, how long an alert takes to all, and how long a deploy takes until all lines are back.

  --lines N     lines                            (as many as ${Math.round(totalmem() / 2 ** 31)} GB, half of the memory, hold)
  --alerts N    alerts, one after the other      (5)
  --help        print this text`;

/** What a server keeps free of its descriptors; a process of readers needs fewer. */
export const OTHER_DESCRIPTORS = 1000;
/** How full the servers are when one of them is away: readers do not spread evenly. */
const FULL = 0.8;
/** A line, with both of its ends, and its part of a server that holds as many as it may. Bytes, about. */
const LINE_BYTES = 23_000;

export interface Options {
  readonly lines: number;
  /** One more than hold the lines: while one restarts, the others have room for its readers. */
  readonly servers: number;
  readonly perProcess: number;
  readonly alerts: number;
}

/** Reads the command line; prints the help, or what is wrong, and ends the process. */
export function readOptions(): Options {
  const values = readCommandLine(HELP, {
    lines: { type: 'string', default: String(Math.floor(totalmem() / 2 / LINE_BYTES)) },
    alerts: { type: 'string', default: '5' },
  });
  const lines = readCount(values.lines, HELP);
  const perProcess = Math.min(descriptorLimit() - OTHER_DESCRIPTORS, 50_000);
  const servers = Math.ceil(lines / (perProcess * FULL)) + 1;
  if (servers > 200)
    refuse(`${lines} lines take ${servers} servers of ${perProcess} descriptors: raise ulimit -n`, HELP);
  return { lines, servers, perProcess, alerts: readCount(values.alerts, HELP) };
}
