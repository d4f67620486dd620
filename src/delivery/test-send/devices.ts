import { z } from 'zod';
import type { Address, Addresses, ParsedAddress } from '../../audience/address.ts';
import { subscriptionId } from '../../audience/shard.ts';
import { createAuditedHash, readHash } from '../../editors/audited-hash.ts';
import type { AuditLog } from '../../editors/audit.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';

/** An editor has a phone or two, a tablet, a few browsers. */
export const MOST_TEST_DEVICES = 10;
/** A device that saw no test for so long is forgotten: nobody keeps addresses of people who have left, s. */
const KEPT_SECONDS = 90 * 24 * 3600;
/** Longer than an editor looks for what became of a test, s. */
const OUTCOMES_KEPT_SECONDS = 7 * 24 * 3600;

/** `pending` until a worker has sent the test; `failed`: not taken, tried again and given up. */
export const testOutcomeSchema = z.enum(['pending', 'accepted', 'gone', 'rejected', 'failed']);
export type TestOutcome = z.infer<typeof testOutcomeSchema>;

const deviceSchema = z.object({
  name: z.string(),
  createdAt: z.string(),
  subscription: z.looseObject({ endpoint: z.string() }),
  beside: z.looseObject({}).optional(),
});
type StoredDevice = z.infer<typeof deviceSchema>;

const outcomeSchema = z.object({ at: z.string(), outcome: testOutcomeSchema, name: z.string() });

export interface TestDevice {
  /** A hash of the endpoint, as a subscription's. */
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
}

/** One test on one device. */
export interface LastTest {
  readonly at: string;
  readonly outcome: TestOutcome;
}

/** The devices on which editors try alerts. They are no readers: nothing that counts or lists subscriptions knows them. */
export interface TestDevices {
  /** Oldest first. */
  list(editorId: string): Promise<readonly TestDevice[]>;
  /** Adds a device, or names it anew. */
  add(editorId: string, name: string, address: Address): Promise<TestDevice | 'full'>;
  /** False: there is no such device. */
  remove(editorId: string, id: string): Promise<boolean>;
  /** The addresses, for the sender. One that no channel here takes any more is left out. */
  addresses(editorId: string): Promise<readonly (TestDevice & { readonly address: Address })[]>;
  /** By device, also of devices that are gone since. */
  outcomes(editorId: string): Promise<ReadonlyMap<string, LastTest & { readonly name: string }>>;
  /** Notes what came of a test. A device that is gone is removed. */
  note(editorId: string, device: TestDevice, outcome: TestOutcome): Promise<void>;
}

export function createTestDevices(deps: {
  readonly redis: Redis;
  readonly addresses: Addresses;
  readonly audit: Pick<AuditLog, 'commit'>;
  readonly now: () => number;
}): TestDevices {
  return { ...openTestDevices(deps), ...changeable(deps) };
}

/** What a process that only sends may do with them. */
export type SendableDevices = Pick<TestDevices, 'addresses' | 'note'>;

export function openTestDevices({
  redis,
  addresses,
  now,
}: {
  readonly redis: Redis;
  readonly addresses: Pick<Addresses, 'of'>;
  readonly now: () => number;
}): Pick<TestDevices, 'list' | 'addresses' | 'outcomes' | 'note'> {
  async function all(editorId: string): Promise<(TestDevice & StoredDevice)[]> {
    const stored = await readHash({ redis, key: keys.testDevices(editorId), schema: deviceSchema }).all();
    const devices = stored.map(([id, device]) => ({ id, ...device }));
    return devices.sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  }

  function read({ subscription, beside }: StoredDevice): ParsedAddress {
    const codec = addresses.of(subscription.endpoint);
    return codec.parse(codec.schema.parse(subscription), codec.beside?.parse(beside ?? {}));
  }

  return {
    list: async (editorId) => (await all(editorId)).map(shown),
    addresses: async (editorId) =>
      (await all(editorId)).flatMap((device) => {
        const found = read(device);
        return found.ok ? [{ ...shown(device), address: found.address }] : [];
      }),
    outcomes: async (editorId) => {
      const key = keys.testOutcomes(editorId);
      return new Map(await readHash({ redis, key, schema: outcomeSchema }).all());
    },
    note: async (editorId, { id, name }, outcome) => {
      const at = new Date(now()).toISOString();
      const key = keys.testOutcomes(editorId);
      const writing = redis
        .multi()
        .hset(key, id, JSON.stringify({ at, outcome, name }))
        .expire(key, OUTCOMES_KEPT_SECONDS)
        .expire(keys.testDevices(editorId), KEPT_SECONDS);
      if (outcome === 'gone') writing.hdel(keys.testDevices(editorId), id);
      await writing.exec();
    },
  };
}

function changeable({
  redis,
  addresses,
  audit,
  now,
}: Parameters<typeof createTestDevices>[0]): Pick<TestDevices, 'add' | 'remove'> {
  const devicesOf = (editorId: string) => {
    const key = keys.testDevices(editorId);
    return createAuditedHash({ redis, audit, key, schema: deviceSchema, most: MOST_TEST_DEVICES });
  };
  return {
    add: async (editorId, name, address) => {
      const id = subscriptionId(address.endpoint);
      const made = addresses.of(address.endpoint).toJson(address);
      const fresh = deviceSchema.parse({ name, createdAt: new Date(now()).toISOString(), ...made });
      let device = fresh;
      const by = { editorId, action: 'test-device.add' };
      const done = await devicesOf(editorId).set(id, by, (before) => {
        device = { ...fresh, createdAt: before?.createdAt ?? fresh.createdAt };
        return device;
      });
      if (done === 'full') return 'full';
      await redis
        .multi()
        .expire(keys.testDevices(editorId), KEPT_SECONDS)
        .hdel(keys.testOutcomes(editorId), id)
        .exec();
      return shown({ id, ...device });
    },
    remove: async (editorId, id) => {
      let existed = false;
      await devicesOf(editorId).set(id, { editorId, action: 'test-device.remove' }, (before) => {
        existed = before !== undefined;
        return undefined;
      });
      await redis.hdel(keys.testOutcomes(editorId), id);
      return existed;
    },
  };
}

const shown = ({ id, name, createdAt }: TestDevice): TestDevice => ({ id, name, createdAt });
