import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compile } from './compile.ts';
import type { Contender } from './contender.ts';
import { spawnOn, stopProcess } from './processes.ts';

/** Clients of one address: fewer than the gateway's bound. */
const PER_ADDRESS = 150;

/** When an alert had reached the first, half, 99% and all of the clients; nanoseconds of the monotonic clock. */
export interface Arrival {
  readonly first: number;
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
  /** Nanoseconds since the alert before that the generator did not wait. */
  readonly busy: number;
  readonly text: string;
}

export interface Generator {
  /** How many connections are open, and why not all of them. */
  readonly open: number;
  readonly refusal: string | undefined;
  /** Resolves when the alert is with every client. @throws when one was lost, came twice, or differs */
  arrived(seq: number): Promise<Arrival>;
  stop(): Promise<void>;
}

/** The generator in C where it can be built, unless the one in Node is asked for. */
export function generatorCommand(kind: 'c' | 'node'): { kind: 'C' | 'Node'; command: readonly string[] } {
  const program = kind === 'c' ? compile(new URL('generator.c', import.meta.url)) : undefined;
  if (program !== undefined) return { kind: 'C', command: [program] };
  const file = fileURLToPath(new URL('generator-node.ts', import.meta.url));
  return { kind: 'Node', command: [process.execPath, ...process.execArgv, file] };
}

/** Opens so many connections to the contender; resolves when all have been greeted, or the server lets in no more. */
export async function startGenerator(options: {
  command: readonly string[];
  core: number | undefined;
  contender: Contender;
  port: number;
  connections: number;
  /** They come to this path, evenly over some time; what they receive is not looked at. */
  arrival?: { readonly path: string; readonly overMs: number };
}): Promise<Generator> {
  const { contender, arrival } = options;
  const path = arrival?.path ?? contender.path;
  const protocol = arrival === undefined ? contender.protocol : 'arrive';
  const args = [options.port, path, options.connections, PER_ADDRESS, protocol];
  const command = [...options.command, ...args.map(String), String(contender.greetings)];
  if (arrival !== undefined) command.push(String(arrival.overMs));
  const child = spawnOn(options.core, command, ['pipe', 'pipe', 'inherit']);
  if (child.stdout === null) throw new Error('the generator has no output');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();

  async function next(kind: string): Promise<string> {
    const { value, done } = await lines.next();
    const line = done === true ? 'fault ended' : value;
    if (line.startsWith(`${kind} `)) return line.slice(kind.length + 1);
    await stopProcess(child);
    throw new Error(`${contender.label}, ${options.connections} connections: ${line}`);
  }

  const [open = '', ...refusal] = (await next('open')).split(' ');
  return {
    open: Number(open),
    refusal: refusal.length > 0 ? refusal.join(' ') : undefined,
    arrived: async (seq) => {
      const line = await next(`alert ${seq}`);
      const [first = 0, p50 = 0, p99 = 0, last = 0, busy = 0] = line.split(' ', 5).map(Number);
      return { first, p50, p99, last, busy, text: line.split(' ').slice(5).join(' ') };
    },
    stop: () => stopProcess(child),
  };
}
