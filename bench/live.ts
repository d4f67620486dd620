/**
 * One alert to every open connection: our gateway (behind a real live log in Redis), alone and behind Pushpin, `ws`,
 * socket.io, nginx with nchan, Go with gorilla/websocket and a minimal server in C, in turn. `npm run bench:live -- --help`
 */
import { epoll } from './live/contenders/epoll.ts';
import { nchan } from './live/contenders/nchan.ts';
import { go } from './live/contenders/go.ts';
import { ours } from './live/contenders/ours.ts';
import { socketio, ws } from './live/contenders/peers.ts';
import { pushpin } from './live/contenders/pushpin.ts';
import type { Contender } from './live/contender.ts';
import { generatorCommand } from './live/generator.ts';
import { measure, type Measurement } from './live/measure.ts';
import { descriptorLimit, readOptions } from './live/options.ts';
import { claimCores } from './live/processes.ts';
import { figures, printMachine, printTable, type Result } from './live/report.ts';

/** Descriptors that a server needs besides its connections. */
const OTHER_DESCRIPTORS = 64;
/** More than a process can serve well; where descriptors are without limit, something must be. */
const MOST = 100_000;
const JSON_AT = 10_000;

const options = readOptions();
const limit = descriptorLimit();
const most = Math.min(limit - OTHER_DESCRIPTORS, MOST);
const cores = claimCores();
const generator = generatorCommand(options.generator);
const wanted = options.contenders.map((name) => {
  const room = Math.min(limit, MOST);
  const open = {
    c: epoll,
    ours,
    go,
    ws,
    socketio,
    nchan: () => nchan(room),
    pushpin: () => pushpin(room - OTHER_DESCRIPTORS),
  };
  return open[name]();
});
const contenders = wanted.filter((item): item is Contender => 'start' in item);
const skipped = wanted.flatMap((item) => ('skipped' in item ? [item.skipped] : []));

async function compare(connections: number, orFewer: boolean, rounds: number): Promise<Result[]> {
  const results = contenders.map((contender) => ({ contender, rounds: [] as Measurement[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { contender, rounds: measured } of results) {
      const plan = { connections, orFewer, alerts: options.alerts, cores, generator: generator.command };
      const result = await measure(contender, plan);
      measured.push(result);
      console.error(
        `${connections} connections, round ${round} of ${rounds}: ${contender.name} ${Math.round(result.perSecond)}/s`,
      );
    }
  }
  const sizes = new Set(results.flatMap(({ rounds }) => rounds.map((round) => round.messageBytes)));
  if (sizes.size > 1) throw new Error(`not the same message from all: ${[...sizes].join(', ')} bytes`);
  return results;
}

printMachine({ generator: generator.kind, pinned: cores.server !== undefined, skipped });
let json: Record<string, number> = {};
for (const item of options.connections) {
  const connections = item === 'max' ? most : item;
  const rounds = options.rounds ?? (item === 'max' ? 3 : 5);
  const results = await compare(connections, item === 'max', rounds);
  const bytes = results[0]?.rounds[0]?.messageBytes ?? 0;
  const reason = item === 'max' ? `, the most that ${limit} descriptors a process allow` : '';
  printTable(
    `${connections} connections${reason}; ${options.alerts} alerts (messages of ${bytes} bytes), ${rounds} rounds: median (lowest to highest)`,
    results,
  );
  if (connections === JSON_AT || Object.keys(json).length === 0) json = { connections, ...figures(results) };
}
if (options.json) console.log(JSON.stringify(json));
