import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from './network.ts';
import { untilReady, type Node, type World } from './world.ts';

/** When messages may be taken whose outcome nobody wrote down, epoch ms. */
export interface Doubt {
  readonly fromMs: number;
  readonly toMs: number;
}

interface Fault {
  /** Resolves when it is over. @returns when messages may come twice because of it */
  run(world: World, random: () => number): Promise<readonly Doubt[]>;
}

const CUT_MS = 5000;
const DEAD_MS = 4000;
const BEHIND_MS = 900;
/** The ledger is written every 250 ms, a run sends for 800 ms after it last read the status, and this machine is busy. */
const BEFORE_MS = 1250;
const AFTER_MS = 2000;

const nowMs = (): number => performance.timeOrigin + performance.now();
const around = (at: number): Doubt => ({ fromMs: at - BEFORE_MS, toMs: at + AFTER_MS });

/** What was under way is in doubt at the cut, and what the kernel sends again once the host is back. */
async function cutOff(host: Host): Promise<readonly Doubt[]> {
  const from = nowMs();
  host.cut();
  await sleep(CUT_MS);
  host.heal();
  return [around(from), around(nowMs())];
}

const anyOf = (nodes: readonly Node[], random: () => number): Host =>
  (nodes[Math.floor(random() * nodes.length)] as Node).host;

/** Each resolves when the fault is over; alerts are sent meanwhile, and lines are open. */
export const FAULTS = {
  'server cut off': {
    run: async ({ servers }, random) => {
      await cutOff(anyOf(servers, random));
      return [];
    },
  },
  'workers cut off': { run: ({ workers }, random) => cutOff(anyOf(workers, random)) },
  'master cut off': { run: async ({ redis }) => cutOff(await redis.master()) },
  'master killed': {
    run: async ({ redis }) => {
      const host = await redis.master();
      const at = nowMs();
      await redis.kill(host);
      await sleep(DEAD_MS);
      redis.restart(host);
      return [around(at)];
    },
  },
  /** The machine of the master dies when its replicas have not heard of it for a moment: a replica takes over without that. */
  'replicas behind': {
    run: async ({ redis }) => {
      const master = await redis.master();
      const replicas = await redis.replicasOf(master);
      const from = nowMs();
      for (const replica of replicas) replica.cut();
      await sleep(BEHIND_MS);
      master.cut();
      await redis.kill(master);
      for (const replica of replicas) replica.heal();
      await sleep(DEAD_MS);
      redis.restart(master);
      master.heal();
      return [{ fromMs: from - BEFORE_MS, toMs: from + BEHIND_MS + AFTER_MS }];
    },
  },
  'rolling deploy': {
    run: async ({ workers, servers, api }) => {
      for (const node of [...workers, ...servers]) {
        await node.restart();
        await untilReady(api);
      }
      return [];
    },
  },
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];
