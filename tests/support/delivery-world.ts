import { randomBytes } from 'node:crypto';
import { newAlertId } from '../../src/alerts/id.ts';
import { firstVersion } from '../../src/alerts/versions.ts';
import type { Urgency } from '../../src/alerts/schema.ts';
import { createAlertStore, type AlertStore } from '../../src/alerts/store.ts';
import { createStoryReader } from '../../src/alerts/stories/store.ts';
import type { Preferences } from '../../src/audience/schema.ts';
import { createEngagement } from '../../src/audience/engagement.ts';
import { createKeyings } from '../../src/audience/keyings.ts';
import { SHARDS } from '../../src/audience/shard.ts';
import { createSelection } from '../../src/audience/selection.ts';
import { createSubscriptionStore, type SubscriptionStore } from '../../src/audience/subscriptions.ts';
import { fanOut } from '../../src/delivery/fan-out/fan-out.ts';
import { keepHouse } from '../../src/delivery/housekeeping.ts';
import { createLeavings } from '../../src/delivery/health/leavings.ts';
import { createSummaries } from '../../src/delivery/health/summaries.ts';
import { createDailyCaps } from '../../src/delivery/ledger/daily-caps.ts';
import { createLedger, type Ledger } from '../../src/delivery/ledger/ledger.ts';
import type { FanOutJob, FanOutQueue, PushQueue } from '../../src/delivery/queues.ts';
import { createReceiptTokens } from '../../src/delivery/receipts/receipt-token.ts';
import { createGoalStore, type GoalStore } from '../../src/delivery/report/goal.ts';
import { createReportStore, type DeliveryReport } from '../../src/delivery/report/report.ts';
import { createAddresses, type Addresses } from '../../src/audience/address.ts';
import type { Channel } from '../../src/channels/channel.ts';
import { createChannels, type Channels } from '../../src/channels/channels.ts';
import { webPushAddresses, type WebPushAddress } from '../../src/channels/web-push/address.ts';
import { createWebPush, type WebPushDeps } from '../../src/channels/web-push/web-push.ts';
import type { SendingDeps } from '../../src/delivery/sending/deps.ts';
import { createPushSending, type PushSending } from '../../src/delivery/sending/send-push.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { NO_TRACING } from '../../src/ops/tracing.ts';
import { KEYING_BYTES } from '../../src/push/encryption/job.ts';
import { createEndpointPolicy } from '../../src/push/endpoint/endpoint-policy.ts';
import { closeRedis, connectRedis, type Redis } from '../../src/redis/connect.ts';
import { createJobList, type JobList } from './job-list.ts';
import { startTestRedis, type TestRedis } from './redis.ts';
import { createScriptedService, type ScriptedService } from './scripted-push-service.ts';

const ORIGIN = 'https://push.example';
export const VAPID_KEY_ID = Buffer.from('the key in use').subarray(0, 4).toString('base64url');

type ProcessDeps = SendingDeps &
  Pick<WebPushDeps, 'brake'> & {
    /** Its channels beside Web Push; by default all that the world has. */
    readonly others: readonly Channel[];
  };
const NO_BRAKE: WebPushDeps['brake'] = { note: () => undefined, mayRemove: () => true };

/** One worker process. */
export interface DeliveryProcess {
  readonly sending: PushSending;
  readonly channels: Channels;
  /** Does one job, by its id, and takes it off the list. Rejects as the job does. */
  run(id: string): Promise<void>;
  /** Does the jobs that are due, all at once, and those that come of them, until none is left. One that fails is put back for a second, as BullMQ does. */
  work(): Promise<void>;
  idle(): Promise<void>;
  /** From now on nothing of it reaches Redis or the push service, and nothing comes back. */
  die(): void;
}

/** The delivery room on a Redis of its own, with a clock set by hand, jobs done when told, and a scripted push service. */
export interface DeliveryWorld {
  readonly redis: Redis;
  readonly alerts: AlertStore;
  readonly goal: GoalStore;
  readonly ledger: Ledger;
  readonly jobs: JobList;
  readonly service: ScriptedService;
  now(): number;
  advance(ms: number): void;
  /** @param urgency the quietest that they want, `normal` by default */
  subscribe(count: number, urgency?: Urgency): Promise<void>;
  /** Readers with rules of their own. @returns their endpoints */
  subscribeWith(count: number, preferences: Partial<Preferences>): Promise<string[]>;
  /** The same by the way that browsers take, which anybody may: no push service has accepted anything for them. */
  subscribeUnproven(count: number): Promise<string[]>;
  /** The readers of every third slot opened a notification this month. @returns whether a slot's reader did */
  engage(): Promise<(slot: number) => boolean>;
  readonly subscriptions: SubscriptionStore;
  /** Of the channels of the world. */
  readonly addresses: Addresses;
  /** An alert to all of them as the API stores it, without its fan-out job. */
  accept(urgency?: Urgency): Promise<FanOutJob>;
  fanOut(version: FanOutJob): Promise<void>;
  /** The same, fanned out: its batches are on the list. */
  acceptAndFanOut(urgency?: Urgency): Promise<FanOutJob>;
  openProcess(over?: Partial<ProcessDeps>): DeliveryProcess;
  keepHouse(): Promise<void>;
  /** Time passes, second by second or in larger steps, with housekeeping and this process at work, until the version is finished. Rejects after an hour. */
  finish(version: FanOutJob, process: DeliveryProcess, stepMs?: number): Promise<void>;
  report(version: FanOutJob): Promise<DeliveryReport>;
  isUnfinished(version: FanOutJob): Promise<boolean>;
  close(): Promise<void>;
}

interface Queues {
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  readonly pushQueue: Pick<PushQueue, 'add' | 'addRetries'>;
}

/**
 * @param openQueues by default the job list
 * @param worldsOthers channels beside Web Push
 * @param redisUrl where it finds its Redis, if not at its own address
 */
export async function openDeliveryWorld(
  openQueues?: (redis: Redis) => Queues,
  worldsOthers: readonly Channel[] = [],
  redisUrl: (server: TestRedis) => Promise<string> = ({ url }) => Promise.resolve(url),
): Promise<DeliveryWorld> {
  const server = await startTestRedis();
  const logger = createLogger({ level: 'silent', role: 'test' });
  const redis = connectRedis(await redisUrl(server), 'worker', logger);
  let clock = 1_800_000_000_000;
  let withWishes = 0;
  const now = (): number => clock;
  const alerts = createAlertStore({ redis, now });
  const stories = createStoryReader({ redis, now });
  const ledger = createLedger({ redis, now });
  const policy = createEndpointPolicy({ extraOrigins: [ORIGIN] });
  const addresses = createAddresses([
    webPushAddresses({ vapidKeyId: VAPID_KEY_ID, policy }),
    ...worldsOthers.map((channel) => channel.addresses),
  ]);
  const selection = createSelection({ redis, addresses, now });
  const subscriptions = createSubscriptionStore({ redis, addresses, now });
  const tokens = createReceiptTokens(randomBytes(32));
  const goal = createGoalStore({ redis, alerts, reports: createReportStore(redis), now });
  const jobs = createJobList();
  const { fanOutQueue, pushQueue } = openQueues?.(redis) ?? jobs;
  const service = createScriptedService();
  const endings: (() => Promise<void>)[] = [];

  const doFanOut = (job: FanOutJob): Promise<void> =>
    fanOut(
      {
        alerts,
        stories,
        summaries: createSummaries({ redis, alerts, reports: createReportStore(redis), now }),
        goal,
        selection,
        ledger,
        pushQueue,
        now,
        live: { append: async () => 0 },
        outlets: { announce: async () => undefined },
      },
      job,
    );

  async function accept(urgency: Urgency = 'urgent'): Promise<FanOutJob> {
    const input = { headline: 'عاجل', lang: 'ar', topics: ['world'], urgency };
    const alert = firstVersion(newAlertId(clock), input, 'editor', clock);
    await alerts.create(alert, { allowDuplicate: true });
    return { alertId: alert.id, version: 1, urgency: alert.urgency };
  }

  function openProcess({
    brake = NO_BRAKE,
    others = worldsOthers,
    ...over
  }: Partial<ProcessDeps> = {}): DeliveryProcess {
    const line = createLifeline();
    const sender = service.openSender();
    const channels = createChannels([
      createWebPush({
        sender,
        policy,
        brake,
        // Distinct bytes: the scripted service decrypts nothing.
        arm: (receivers) => receivers.map(() => randomBytes(KEYING_BYTES)),
        vapidKeyId: VAPID_KEY_ID,
        publicUrl: 'https://news.example',
      }),
      ...others,
    ]);
    const sending = createPushSending({
      alerts: line.hold(alerts),
      goal: line.hold(goal),
      selection: line.hold(createSelection({ redis, addresses: channels.addresses, now })),
      subscriptions: line.hold(subscriptions),
      keyings: line.hold(createKeyings({ redis })),
      ledger: line.hold(ledger),
      caps: line.hold(createDailyCaps({ redis })),
      leavings: line.hold(createLeavings({ redis, alerts, now })),
      pushQueue: line.hold(pushQueue),
      channels,
      onRetired: () => undefined,
      tokens,
      logger,
      tracing: NO_TRACING,
      now,
      ...over,
    });
    async function run(id: string): Promise<void> {
      const job = jobs.take(id);
      if (job === undefined) throw new Error(`no job ${id}`);
      if ('retry' in job) await sending.sendRetry(job);
      else if ('batch' in job) await sending.sendBatch(job);
      else await doFanOut(job);
    }
    endings.push(async () => {
      line.cut();
      sender.answerAll();
      await sending.idle();
    });
    return {
      sending,
      channels,
      run,
      work: async () => {
        while (jobs.due(clock).length > 0) {
          await Promise.all(
            jobs.due(clock).map((id) => {
              const job = jobs.get(id);
              return run(id).catch(() => jobs.put(id, job, clock + 1000));
            }),
          );
        }
      },
      idle: () => sending.idle(),
      die: () => {
        line.stop();
        sender.die();
      },
    };
  }

  const keepItsHouse = (): Promise<void> =>
    keepHouse({
      alerts,
      goal,
      ledger,
      selection,
      fanOutQueue,
      pushQueue,
      logger,
      now,
    });
  const isUnfinished = async ({ alertId }: FanOutJob): Promise<boolean> =>
    (await alerts.outbox.listUnfinished(0, 100)).some(({ id }) => id === alertId);

  return {
    redis,
    alerts,
    goal,
    ledger,
    jobs,
    service,
    now,
    advance: (ms) => void (clock += ms),
    subscribe: async (count, urgency = 'normal') => {
      const preferences = { topics: ['world'], urgency };
      const one = (index: number) => ({ address: reader(`${ORIGIN}/${index}`), preferences });
      await subscriptions.putAll(Array.from({ length: count }, (_, index) => one(index)));
    },
    subscribeWith: async (count, chosen) => {
      const preferences = { topics: ['world'], urgency: 'normal' as const, ...chosen };
      const made = Array.from({ length: count }, () => reader(`${ORIGIN}/wishes/${(withWishes += 1)}`));
      await subscriptions.putAll(made.map((address) => ({ address, preferences })));
      return made.map(({ endpoint }) => endpoint);
    },
    subscribeUnproven: async (count) => {
      const made = Array.from({ length: count }, (_, index) => reader(`${ORIGIN}/unproven/${index}`));
      const preferences = { topics: ['world'], urgency: 'normal' as const };
      await Promise.all(made.map((one) => subscriptions.put(one, preferences)));
      return made.map(({ endpoint }) => endpoint);
    },
    engage: async () => {
      const engagement = createEngagement({ redis, now });
      const slots = Array.from({ length: 100 }, (_, index) => index * 3);
      await Promise.all(Array.from({ length: SHARDS }, (_, shard) => engagement.opened(shard, slots)));
      return (slot) => slot % 3 === 0;
    },
    subscriptions,
    addresses,
    accept,
    fanOut: doFanOut,
    acceptAndFanOut: async (urgency) => {
      const version = await accept(urgency);
      await doFanOut(version);
      return version;
    },
    openProcess,
    keepHouse: keepItsHouse,
    finish: async (version, process, stepMs = 1000) => {
      const end = clock + 3_660_000;
      while (await isUnfinished(version)) {
        if (clock > end) throw new Error('not finished within an hour');
        clock += stepMs;
        await keepItsHouse();
        await process.work();
      }
    },
    report: async ({ alertId, version }) => {
      const report = await createReportStore(redis).get(alertId, version);
      if (report === undefined) throw new Error('no report');
      return report;
    },
    isUnfinished,
    close: async () => {
      await Promise.all(endings.map((end) => end()));
      await closeRedis(redis);
      await server.stop();
    },
  };
}

const reader = (endpoint: string): WebPushAddress => ({
  endpoint,
  p256dh: Buffer.concat([Buffer.of(4), randomBytes(64)]),
  auth: randomBytes(16),
  vapidKeyId: VAPID_KEY_ID,
});

/** What a process reaches Redis by: once stopped, calls neither arrive nor end, until they are cut. */
function createLifeline(): { hold<T extends object>(target: T): T; stop(): void; cut(): void } {
  let state: 'whole' | 'stopped' | 'cut' = 'whole';
  const waiting: (() => void)[] = [];
  const dead = (): Promise<never> =>
    new Promise((_, reject) => {
      const end = (): void => reject(new Error('the process is dead'));
      if (state === 'cut') end();
      else waiting.push(end);
    });
  return {
    hold: (target) =>
      new Proxy(target, {
        get: (object, name) => {
          const member: unknown = Reflect.get(object, name);
          if (typeof member !== 'function') return member;
          return async (...args: unknown[]): Promise<unknown> => {
            if (state !== 'whole') return dead();
            const answer: unknown = await Reflect.apply(member, object, args);
            return (state as string) === 'whole' ? answer : dead();
          };
        },
      }),
    stop: () => void (state = 'stopped'),
    cut: () => {
      state = 'cut';
      for (const end of waiting) end();
    },
  };
}
