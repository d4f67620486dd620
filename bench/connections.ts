/**
 * As many idle lines as the machine holds, at the built server: what each takes, one alert to all, one deploy.
 * `npm run bench:connections -- --help`
 */
import { loadavg } from 'node:os';
import { createLiveLog } from '../src/live/log/log.ts';
import { createLogger } from '../src/ops/logger.ts';
import { closeRedis, connectRedis } from '../src/redis/connect.ts';
import { startGateways } from '../tests/chaos/live/gateways.ts';
import { freePorts } from '../tests/support/free-ports.ts';
import { startTestRedis } from '../tests/support/redis.ts';
import { deploy } from './connections/deploy.ts';
import { openLines } from './connections/lines.ts';
import { kernelMemory, kernelMemoryBetween } from './connections/memory.ts';
import { readOptions } from './connections/options.ts';
import { printAlerts, printDeploy, printIdle, printMachine } from './connections/report.ts';
import { settle, sendAlerts, watchIdle } from './connections/steps.ts';
import { residentBytes } from './live/processes.ts';

const options = readOptions();
printMachine(options);
const redis = await startTestRedis();
const writer = connectRedis(redis.url, 'worker', createLogger({ level: 'warn', role: 'bench' }));
const log = createLiveLog(writer);
const ports = await freePorts(options.servers);
const servers = await startGateways({
  redisUrl: redis.url,
  ports,
  env: { CANARY_SECONDS: '0', LOG_LEVEL: 'warn' },
});
const pids = (): number[] => ports.map((_, index) => servers.pid(index));
try {
  await settle();
  const empty = { resident: residentBytes(pids()), kernel: await kernelMemory() };
  const began = performance.now();
  const lines = await openLines({ ports, count: options.lines });
  const opened = { seconds: (performance.now() - began) / 1000, peak: (await lines.state()).peak };
  await settle();
  const kernel = kernelMemoryBetween(empty.kernel, await kernelMemory());
  printIdle({
    ...options,
    opened,
    resident: residentBytes(pids()) - empty.resident,
    empty: empty.resident,
    kernel,
    cpu: await watchIdle(pids()),
  });
  printAlerts(await sendAlerts(log, lines, options.alerts));
  printDeploy(await deploy({ servers, pids, lines, log, count: options.lines }));
  await lines.stop();
} finally {
  await servers.stop();
  await closeRedis(writer);
  await redis.stop();
}
console.log(
  `load at the end: ${loadavg()
    .map((value) => value.toFixed(1))
    .join(', ')}`,
);
process.exit();
