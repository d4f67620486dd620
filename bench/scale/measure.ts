import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAlertStore } from '../../src/alerts/store.ts';
import type { Addresses } from '../../src/audience/address.ts';
import { createSelection } from '../../src/audience/selection.ts';
import { PAGE_SIZE, SHARDS } from '../../src/audience/shard.ts';
import { createLedger } from '../../src/delivery/ledger/ledger.ts';
import { createReportStore } from '../../src/delivery/report/report.ts';
import { createAuditLog } from '../../src/editors/audit.ts';
import { createEditorStore } from '../../src/editors/store.ts';
import { evidenceOf } from '../../src/evidence/evidence.ts';
import { evidenceKeys } from '../../src/evidence/keys.ts';
import type { Redis } from '../../src/redis/connect.ts';
import { keys } from '../../src/redis/keys.ts';
import { isComplete } from '../../tests/support/api-client.ts';
import { cpuSeconds, peakMb, resetPeak, type Machine } from './machine.ts';
import type { CountingService } from './push-service.ts';

/** What one alert took, from its POST to the last outcome in the ledger. */
export interface Sent {
  readonly alertId: string;
  readonly audience: number;
  readonly accepted: number;
  /** What the push service counted. */
  readonly taken: number;
  readonly seconds: number;
  /** From the POST to the first message at the push service, ms. */
  readonly firstSendMs: number;
  /** CPU seconds by process. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Peak resident set by process, MB. */
  readonly rssMb: Readonly<Record<string, number>>;
  /** Redis: bytes it wrote to its clients, commands. */
  readonly redis: { readonly outBytes: number; readonly commands: number };
}

let headlines = 0;

export async function sendAlert(deps: {
  machine: Machine;
  service: CountingService;
  redis: Redis;
  topic: string;
}): Promise<Sent> {
  const { machine, service, redis } = deps;
  const processes = [...machine.processes, ['push service', service.pid] as const];
  await untilRewritten(redis);
  const watch = await service.watch();
  for (const [, pid] of processes) resetPeak(pid);
  const cpuBefore = processes.map(([, pid]) => cpuSeconds(pid));
  const redisBefore = await redisFigures(redis);
  const began = performance.now();
  const posted = Date.now();
  const alert = await machine.api.createAlert({
    headline: `عاجل: خبر للقياس رقم ${(headlines += 1)}`,
    body: 'نص قصير يصف الخبر العاجل كما يكتبه محرر في غرفة الأخبار، بطول معتاد لإشعار.',
    topics: [deps.topic],
  });
  for (;;) {
    // Asking costs the machine some of what is measured.
    await sleep(200);
    const { status, body } = await machine.api.asEditor(`/v1/alerts/${alert.id}/report`);
    if (status === 200 && isComplete(body as Parameters<typeof isComplete>[0])) break;
  }
  const seconds = (performance.now() - began) / 1000;
  const cpu = processes.map(([name, pid], index) => [name, cpuSeconds(pid) - (cpuBefore[index] ?? 0)]);
  const redisAfter = await redisFigures(redis);
  const report = await machine.api.report(alert.id);
  const { taken, firstAt } = await watch.result();
  return {
    alertId: alert.id,
    audience: report.audience,
    accepted: report.outcomes.accepted,
    taken,
    seconds,
    firstSendMs: firstAt - posted,
    cpu: Object.fromEntries(cpu) as Record<string, number>,
    rssMb: Object.fromEntries(processes.map(([name, pid]) => [name, peakMb(pid)])),
    redis: {
      outBytes: redisAfter.outBytes - redisBefore.outBytes,
      commands: redisAfter.commands - redisBefore.commands,
    },
  };
}

/** Loading makes Redis rewrite its append-only file, which takes a core and the disk; it is not what is measured. */
async function untilRewritten(redis: Redis): Promise<void> {
  const running = /aof_rewrite_(in_progress|scheduled):1/;
  while (running.test(await redis.info('persistence'))) await sleep(200);
}

async function redisFigures(redis: Redis): Promise<{ outBytes: number; commands: number }> {
  const stats = await redis.info('stats');
  return {
    outBytes: infoNumber(stats, 'total_net_output_bytes'),
    commands: infoNumber(stats, 'total_commands_processed'),
  };
}

export async function usedMemory(redis: Redis): Promise<number> {
  return infoNumber(await redis.info('memory'), 'used_memory');
}

/** Seconds that the evidence of an alert takes (docs/evidence.md), with keys of the benchmark's own. */
export async function timeEvidence(redis: Redis, addresses: Addresses, alertId: string): Promise<number> {
  const now = Date.now;
  const auditKey = randomBytes(32);
  const audit = createAuditLog({ redis, now, key: auditKey });
  const deps = {
    alerts: createAlertStore({ redis, now }),
    reports: createReportStore(redis),
    selection: createSelection({ redis, addresses, now }),
    ledger: createLedger({ redis, now }),
    keys: evidenceKeys(auditKey),
    editors: createEditorStore({ redis, now, audit }),
    audit,
    now,
  };
  const began = performance.now();
  let last = '';
  for await (const line of evidenceOf(deps, alertId)) last = line;
  if (!last.startsWith('{"kind":"root"')) throw new Error('no evidence');
  return (performance.now() - began) / 1000;
}

/** Bytes of all keyings. */
export async function keyingMemory(redis: Redis): Promise<number> {
  const shards = Array.from({ length: SHARDS }, async (_, shard) => {
    const slots = Number((await redis.hget(keys.shard(shard, 'meta'), 'next')) ?? 0);
    const pages = Array.from({ length: Math.ceil(slots / PAGE_SIZE) }, (_, page) =>
      redis.memory('USAGE', keys.shard(shard, `keyings:${page}`)),
    );
    return (await Promise.all(pages)).reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0);
  });
  return (await Promise.all(shards)).reduce((sum, bytes) => sum + bytes, 0);
}

function infoNumber(info: string, field: string): number {
  return Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
}
