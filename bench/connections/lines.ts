import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compile } from '../live/compile.ts';
import { descriptorLimit } from '../live/options.ts';
import { spawnOn, stopProcess } from '../live/processes.ts';

/** Lines of one address. The kernel has some 28,000 ports for each. */
const PER_ADDRESS = 1000;
/** Lines that open at once, in all: fewer than the servers let wait. */
const OPENING_AT_ONCE = 600;
const OTHER_DESCRIPTORS = 100;
const PATH = '/v1/live?topics=world&lang=ar';

/** When an alert had reached the first line, half of them, 99 % and all; nanoseconds of the monotonic clock. */
export interface Arrival {
  readonly first: number;
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
}

export interface LinesState {
  readonly ready: number;
  /** Since the last reset. */
  readonly lost: number;
  readonly back: number;
  /** Lines that came in the busiest second. */
  readonly peak: number;
  /** When the last came back, nanoseconds of the monotonic clock. */
  readonly lastBack: number;
}

/** All lines, in as many processes as their descriptors take. Each call throws when a line has missed anything. */
export interface Lines {
  /** Resolves when every line has the version at this offset. */
  arrived(offset: number): Promise<Arrival>;
  state(): Promise<LinesState>;
  reset(): void;
  stop(): Promise<void>;
}

interface Process {
  readonly child: ChildProcess;
  /** The next line that it prints of this kind; others before it are dropped. */
  next(kind: string): Promise<number[]>;
}

/** Resolves when all are open. */
export async function openLines(options: { ports: readonly number[]; count: number }): Promise<Lines> {
  const program = compile(new URL('lines.c', import.meta.url));
  if (program === undefined) throw new Error('bench:connections needs a C compiler');
  const most = descriptorLimit() - OTHER_DESCRIPTORS;
  const parts = Math.ceil(options.count / most);
  const each = Math.ceil(options.count / parts);
  const processes = Array.from({ length: parts }, (_, part) => {
    const count = Math.min(each, options.count - part * each);
    const opening = Math.max(1, Math.floor(OPENING_AT_ONCE / parts));
    // Addresses are never shared between processes.
    const first = part * Math.ceil(each / PER_ADDRESS) * PER_ADDRESS;
    return startProcess([
      program,
      options.ports.join(','),
      ...[count, first, PER_ADDRESS, opening].map(String),
      PATH,
    ]);
  });
  const all = (kind: string): Promise<number[][]> => Promise.all(processes.map((one) => one.next(kind)));
  const tell = (order: string): void => {
    for (const { child } of processes) child.stdin?.write(`${order}\n`);
  };
  await all('open');
  return {
    arrived: async (offset) => {
      const quantiles = (await all(`alert ${offset}`)).flat().toSorted((a, b) => a - b);
      const at = (part: number): number => quantiles[Math.floor((quantiles.length - 1) * part)] ?? 0;
      return { first: at(0), p50: at(0.5), p99: at(0.99), last: at(1) };
    },
    state: async () => {
      tell('report');
      const states = await all('state');
      const sum = (field: number): number => states.reduce((total, state) => total + (state[field] ?? 0), 0);
      const lastBack = Math.max(...states.map((state) => state[4] ?? 0));
      return { ready: sum(0), lost: sum(1), back: sum(2), peak: sum(3), lastBack };
    },
    reset: () => tell('reset'),
    stop: async () => {
      await Promise.all(processes.map(({ child }) => stopProcess(child)));
    },
  };
}

function startProcess(command: readonly string[]): Process {
  const child = spawnOn(undefined, command, ['pipe', 'pipe', 'inherit']);
  if (child.stdout === null) throw new Error('the readers have no output');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    child,
    next: async (kind) => {
      for (;;) {
        const { value, done } = await lines.next();
        const line = done === true ? 'fault ended' : value;
        if (line.startsWith('fault ')) throw new Error(`a line is not as it should be: ${line.slice(6)}`);
        if (line === kind || line.startsWith(`${kind} `)) {
          return line.slice(kind.length).trim().split(' ').map(Number);
        }
      }
    },
  };
}
