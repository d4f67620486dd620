import { Job, Queue } from 'bullmq';
import { pino } from 'pino';
import type { EditorAlert } from '../../../src/alerts/schema.ts';
import { readHash } from '../../../src/editors/audited-hash.ts';
import { createAttemptLog, type Attempt } from '../../../src/outlets/attempts.ts';
import { knownOutletSchema } from '../../../src/outlets/posts/outlet.ts';
import { createPausedOutlets } from '../../../src/outlets/posts/paused.ts';
import { createPosts } from '../../../src/outlets/posts/posts.ts';
import { createServices } from '../../../src/outlets/posts/services.ts';
import { createTrailStore, type TrailStore } from '../../../src/outlets/posts/trail.ts';
import { openOutletQueue, OUTLET_QUEUE, POSTS } from '../../../src/outlets/queue.ts';
import { eventOf } from '../../../src/outlets/teller.ts';
import { createTelling } from '../../../src/outlets/telling.ts';
import { closeRedis, connectRedis } from '../../../src/redis/connect.ts';
import { keys } from '../../../src/redis/keys.ts';
import { openOutletWorker } from '../../../workers/outlets.ts';
import { anAlert, startTestApi, type Answer, type TestApi } from '../api.ts';

/** A newsroom with workers that post in outlets. */
export interface OutletWorld {
  readonly api: TestApi;
  /** What was logged, as text. */
  readonly logged: string[];
  /** The next write of what stands fails after a post, as if the process died. */
  dieAfterPost(): void;
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  add(settings: object): Promise<string>;
  publish(fields?: object): Promise<EditorAlert>;
  revise(alert: EditorAlert, fields: object): Promise<EditorAlert>;
  announce(alert: EditorAlert): Promise<void>;
  /** Publishes and announces. */
  tell(fields?: object): Promise<EditorAlert>;
  tellChange(alert: EditorAlert, fields: object): Promise<EditorAlert>;
  attempts(id: string): Promise<readonly Attempt[]>;
  /** What waits is tried now, as if its time had come; where a service asked for time, only if it is this outlet's. */
  hurry(outlet?: string): Promise<void>;
  /** Nothing is under way or due; what waits for longer stays. */
  idle(): Promise<boolean>;
  close(): Promise<void>;
}

export async function startOutletWorld(options: {
  readonly origins: readonly string[];
  readonly ca?: string;
  readonly timeoutMs?: number;
  readonly isDrill?: boolean;
}): Promise<OutletWorld> {
  const allowedOrigins = options.origins;
  const api = await startTestApi({ config: { webhookAllowedOrigins: allowedOrigins } });
  const { alerts, metrics, now } = api.deps;
  const logged: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const redis = connectRedis(api.redis.url, 'worker', api.deps.logger);
  const trails = createTrailStore(redis);
  let isDying = false;
  const mortal: TrailStore = {
    ...trails,
    put: async (outlet, alertId, trail) => {
      if (isDying && trail.trying === null && trail.posts.length > 0) {
        isDying = false;
        throw new Error('the process died');
      }
      await trails.put(outlet, alertId, trail);
    },
  };
  const posts = createPosts({
    redis,
    outlets: readHash({ redis, key: keys.outlets, schema: knownOutletSchema }),
    paused: createPausedOutlets(redis),
    trails: mortal,
    alerts,
    serviceOf: createServices({
      allowedOrigins,
      now,
      ...(options.ca === undefined ? {} : { ca: options.ca }),
      ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    }),
    publicUrl: 'http://ajil.test',
    isDrill: options.isDrill ?? false,
    logger,
    now,
  });
  const queue = openOutletQueue(redis, [posts]);
  const attempts = createAttemptLog(redis);
  const worker = openOutletWorker({
    redis,
    telling: createTelling({ alerts, tellers: [posts], attempts, metrics, logger, now }),
  });
  const jobs = new Queue(OUTLET_QUEUE, { connection: redis, prefix: '{ajil}' });

  const admin: OutletWorld['admin'] = (method, path, body) =>
    api.call(method, `/v1/outlets${path}`, {
      key: api.keys.admin,
      ...(body === undefined ? {} : { body }),
    });
  const stored = async (answer: Answer): Promise<EditorAlert> => {
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body as EditorAlert;
  };
  const world: OutletWorld = {
    api,
    logged,
    dieAfterPost: () => void (isDying = true),
    admin,
    add: async (settings) => {
      const { status, body } = await admin('POST', '', {
        name: 'قناتنا',
        leastUrgency: 'normal',
        ...settings,
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body.id as string;
    },
    publish: async (fields = {}) =>
      stored(await api.call('POST', '/v1/alerts', { key: api.keys.author, body: anAlert({ ...fields }) })),
    revise: async ({ id }, fields) =>
      stored(await api.call('POST', `/v1/alerts/${id}/versions`, { key: api.keys.author, body: fields })),
    announce: (alert) => queue.announce(eventOf(alert)),
    tell: async (fields) => {
      const alert = await world.publish(fields);
      await world.announce(alert);
      return alert;
    },
    tellChange: async (alert, fields) => {
      const next = await world.revise(alert, fields);
      await world.announce(next);
      return next;
    },
    attempts: (id) => attempts.list(POSTS, id),
    hurry: async (outlet) => {
      const ids = outlet === undefined ? await redis.hkeys(keys.outlets) : [outlet];
      for (const id of ids) await redis.del(keys.outletWait(id));
      for (const id of await redis.zrange(`{ajil}:${OUTLET_QUEUE}:delayed`, '0', '-1')) {
        await (await Job.fromId(jobs, id))?.promote().catch(() => undefined);
      }
    },
    idle: async () => {
      const { active = 0, waiting = 0, prioritized = 0 } = await jobs.getJobCounts();
      return active + waiting + prioritized === 0;
    },
    close: async () => {
      await worker.close();
      await jobs.close();
      await queue.close();
      await closeRedis(redis);
      await api.close();
    },
  };
  return world;
}
