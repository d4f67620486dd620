import { cpus, release, totalmem } from 'node:os';
import type { Contender } from './contender.ts';
import type { Measurement } from './measure.ts';
import { median, spread } from '../support/statistics.ts';

export interface Result {
  readonly contender: Contender;
  readonly rounds: readonly Measurement[];
}

export function printMachine(lines: {
  generator: string;
  pinned: boolean;
  skipped: readonly string[];
}): void {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(
    `${cpu?.model ?? 'unknown CPU'}, ${cpus().length} CPUs, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}; generator in ${lines.generator}, ${lines.pinned ? 'server on one core, generator, publisher and Redis on another' : 'NOT PINNED: taskset or a second core is missing'}`,
  );
  for (const skipped of lines.skipped) console.log(`left out: ${skipped}`);
}

/** Median (lowest to highest) of the rounds, a row for each contender. */
export function printTable(title: string, results: readonly Result[]): void {
  console.log(`\n${title}`);
  console.log(
    '| contender | connections | deliveries/s | p50 ms | p99 ms | last ms | CPU µs a delivery | bytes a connection | generator busy |',
  );
  console.log(`| ${Array.from({ length: 9 }, () => '---').join(' | ')} |`);
  for (const { contender, rounds } of results) {
    const of = (field: keyof Measurement, digits: number): string =>
      spread(
        rounds.map((round) => Number(round[field])),
        digits,
      );
    const columns = [
      contender.label,
      median(rounds.map((round) => round.connections)),
      of('perSecond', 0),
      of('p50', 1),
      of('p99', 1),
      of('last', 1),
      of('cpuMicrosPerDelivery', 2),
      of('bytesPerConnection', 0),
      `${Math.round(median(rounds.map((round) => round.generatorBusy)) * 100)}%`,
    ];
    console.log(`| ${columns.join(' | ')} |`);
  }
  for (const { contender, rounds } of results) {
    const refusal = rounds.find((round) => round.refusal !== undefined)?.refusal;
    if (refusal !== undefined) console.log(`${contender.label}: no more than these, because: ${refusal}`);
  }
}

/** The figures of one number of connections, by name; a contender that was left out has none. */
export function figures(results: readonly Result[]): Record<string, number> {
  const rate = (name: Contender['name']): number | undefined => {
    const found = results.find(({ contender }) => contender.name === name);
    return found && median(found.rounds.map((round) => round.perSecond));
  };
  const ours = rate('ours');
  const named: Record<string, number> = {};
  for (const { contender } of results)
    named[`${contender.name}_per_s`] = Math.round(rate(contender.name) ?? 0);
  for (const name of ['ws', 'socketio', 'c'] as const) {
    const peer = rate(name);
    if (ours !== undefined && peer !== undefined) named[`ratio_${name}`] = Number((ours / peer).toFixed(2));
  }
  const own = results.find(({ contender }) => contender.name === 'ours')?.rounds ?? [];
  if (own.length > 0) {
    named['bytes_per_connection'] = Math.round(median(own.map((round) => round.bytesPerConnection)));
  }
  return named;
}
