import { setTimeout as sleep } from 'node:timers/promises';
import type { TestRedis } from '../../support/redis.ts';
import type { ChaosClient } from './client.ts';
import { FLOOD_TOPIC, pick } from './alert-source.ts';
import type { Gateways } from './gateways.ts';
import type { ChaosProxy } from './proxy.ts';

/** What a fault may lay its hands on. */
export interface World {
  readonly gateways: Gateways;
  /** Undefined: the clients come to the servers. */
  readonly proxy: ChaosProxy | undefined;
  readonly redis: TestRedis;
  readonly clients: readonly ChaosClient[];
  readonly random: () => number;
  /** Empties Redis, between two alerts. */
  wipe(): Promise<void>;
  /** A burst of large alerts to those who asked for floods. */
  flood(): Promise<void>;
}

const upTo = (world: World, ms: number): Promise<unknown> => sleep(world.random() * ms);
const anyServer = (world: World): number => Math.floor(world.random() * world.gateways.origins.length);

async function killRedis(world: World): Promise<void> {
  await world.redis.kill();
  await upTo(world, 1000);
  await world.redis.restart();
}

async function killServer(world: World, index: number): Promise<void> {
  await world.gateways.end(index, 'SIGKILL');
  await upTo(world, 500);
  await world.gateways.restart(index);
}

/** Each resolves when the fault is over and everything runs again; the alerts go on meanwhile. */
const FAULTS = {
  'kill -9 a server': (world: World) => killServer(world, anyServer(world)),
  'kill -9 all servers': async (world: World) => {
    await Promise.all(world.gateways.origins.map((_, index) => killServer(world, index)));
  },
  'kill -9 Redis': killRedis,
  'kill -9 Redis and a server': async (world: World) => {
    await Promise.all([killRedis(world), killServer(world, anyServer(world))]);
  },
  'SIGTERM a server': async (world: World) => {
    const index = anyServer(world);
    await world.gateways.end(index, 'SIGTERM');
    await world.gateways.restart(index);
  },
  'SIGSTOP a server': async (world: World) => {
    const index = anyServer(world);
    world.gateways.signal(index, 'SIGSTOP');
    await upTo(world, 2000);
    // Whoever was with it goes to the other, which may be ahead, and to and fro.
    for (const client of world.clients) if (world.random() < 0.5) client.drop();
    await upTo(world, 1000);
    world.gateways.signal(index, 'SIGCONT');
  },
  'SIGSTOP Redis': async (world: World) => {
    world.redis.signal('SIGSTOP');
    await upTo(world, 2000);
    world.redis.signal('SIGCONT');
  },
  'all clients reconnect': async (world: World) => {
    for (const client of world.clients) client.drop();
    await upTo(world, 500);
  },
  'wiped Redis': (world: World) => world.wipe(),
  'wiped Redis, killed': async (world: World) => {
    await world.wipe();
    await killRedis(world);
  },
  flood: async (world: World) => {
    const slow = world.clients.filter((client) => client.trace.filter.topics.includes(FLOOD_TOPIC));
    for (const client of slow) client.pause();
    await world.flood();
    await upTo(world, 1000);
    for (const client of slow) client.resume();
  },
} as const satisfies Record<string, (world: World) => Promise<void>>;

/** What can also happen to lines that a proxy holds. */
const PROXY_FAULTS = {
  'kill -9 the proxy': async ({ proxy }: World) => proxy?.restart(),
  'lost publications': async (world: World) => {
    world.proxy?.lose(true);
    await upTo(world, 3000);
    world.proxy?.lose(false);
  },
  'no publications': async (world: World) => {
    world.proxy?.refuse(true);
    await upTo(world, 3000);
    world.proxy?.refuse(false);
  },
  'kill -9 all servers, lost publications': async (world: World) => {
    world.proxy?.lose(true);
    await upTo(world, 500);
    await FAULTS['kill -9 all servers'](world);
    world.proxy?.lose(false);
  },
} as const satisfies Record<string, (world: World) => Promise<void>>;

export type FaultName = keyof typeof FAULTS | keyof typeof PROXY_FAULTS;

export const faultOf = (name: FaultName): ((world: World) => Promise<void>) =>
  ({ ...FAULTS, ...PROXY_FAULTS })[name];

/** Every fault once before any comes again, in an order of the dice. */
export function faultOrder(rounds: number, random: () => number, proxied = false): FaultName[] {
  const order: FaultName[] = [];
  let bag: FaultName[] = [];
  while (order.length < rounds) {
    if (bag.length === 0) bag = Object.keys(proxied ? { ...FAULTS, ...PROXY_FAULTS } : FAULTS) as FaultName[];
    const name = pick(bag, random);
    bag.splice(bag.indexOf(name), 1);
    order.push(name);
  }
  return order;
}
