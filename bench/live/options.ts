import { readFileSync } from 'node:fs';
import { readCommandLine, readCount, refuse } from '../../tests/support/command-line.ts';

const HELP = `npm run bench:live -- [options]

Measures the cost of an alert to every open connection, for our gateway and for others in the same run.

  --connections LIST   numbers of connections, separated by commas; "max" is the machine's limit   (1000,10000,max)
  --contenders LIST    any of ours, ws, socketio, nchan, c, go, pushpin                            (all that are installed)
  --rounds N           rounds; each measures every contender once, in turn                         (5; for max: 3)
  --alerts N           alerts per round, published one after the other                             (20)
  --generator KIND     c or node                                                                   (c, if a compiler is installed)
  --json               print one line of JSON at the end
  --help               print this text`;

export const CONTENDERS = ['c', 'ours', 'nchan', 'go', 'ws', 'socketio', 'pushpin'] as const;
type Name = (typeof CONTENDERS)[number];

export interface Options {
  readonly connections: readonly (number | 'max')[];
  readonly contenders: readonly Name[];
  readonly rounds: number | undefined;
  readonly alerts: number;
  readonly generator: 'c' | 'node';
  readonly json: boolean;
}

/** Reads the command line; prints the help, or what is wrong, and ends the process. */
export function readOptions(): Options {
  const values = readCommandLine(HELP, {
    connections: { type: 'string', default: '1000,10000,max' },
    contenders: { type: 'string', default: CONTENDERS.join(',') },
    rounds: { type: 'string' },
    alerts: { type: 'string', default: '20' },
    generator: { type: 'string', default: 'c' },
    json: { type: 'boolean', default: false },
  });
  const connections = values.connections.split(',').map((item) => (item === 'max' ? item : count(item)));
  const names = values.contenders.split(',');
  const unknown = names.find((name) => !CONTENDERS.some((known) => known === name));
  if (unknown !== undefined) refuse(`unknown contender "${unknown}"`, HELP);
  return {
    connections,
    contenders: CONTENDERS.filter((name) => names.includes(name)),
    rounds: values.rounds === undefined ? undefined : count(values.rounds),
    alerts: count(values.alerts),
    generator: values.generator === 'node' ? 'node' : 'c',
    json: values.json,
  };
}

const count = (text: string): number => readCount(text, HELP);

/** Descriptors a process may have (the hard limit: server and generator raise theirs to it). */
export function descriptorLimit(): number {
  const found = /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
  return Number(found?.[1] ?? 1024);
}
