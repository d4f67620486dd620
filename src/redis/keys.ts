/**
 * Every key name in Redis. The part in braces is the hash tag: keys that one script touches together share it, so they
 * live on the same node of a Redis Cluster (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
 */
const CORE = '{ajil}';

/** BullMQ's `prefix`: queues share the slot of the core keys. */
export const QUEUE_PREFIX = CORE;

export const keys = {
  // editors
  editors: `${CORE}:editors`,
  /** SHA-256 of an API key -> editor id. */
  editorKeys: `${CORE}:editor-keys`,
  session: (hash: string) => `${CORE}:session:${hash}`,
  audit: `${CORE}:audit`,
  /** Rate limits: counters that expire by themselves, and the day's salt that addresses are hashed with. */
  limits: `${CORE}:limits`,
  limitsSalt: `${CORE}:limits:salt`,
  // alerts
  alert: (id: string) => `${CORE}:alert:${id}`,
  /** Published alerts of a topic in a language (`*`: of all): member = place in time + id, all of score 0. */
  alertsPublished: (topic: string, lang: string) => `${CORE}:alerts:published:${topic}:${lang}`,
  /** The same of every alert, drafts too: what editors list. */
  alertsAll: (topic: string, lang: string) => `${CORE}:alerts:all:${topic}:${lang}`,
  /** Accepted versions that are not finished: member `id:version`, score = accepted at (ms). */
  outbox: `${CORE}:alerts:outbox`,
  duplicate: (fingerprint: string) => `${CORE}:alerts:duplicate:${fingerprint}`,
  idempotency: (editorId: string, keyHash: string) => `${CORE}:idempotency:${editorId}:${keyHash}`,
  // live log
  liveLog: `${CORE}:live`,
  liveEpoch: `${CORE}:live:epoch`,
  /** Offset of the newest version that was ever appended: when the stream ends before it, entries are lost. */
  liveNewest: `${CORE}:live:newest`,
  /** Where an alert's newest version stands in the log: epoch, offset, version. */
  liveAppended: (id: string) => `${CORE}:live:appended:${id}`,
  // delivery
  report: (id: string, version: number) => `${CORE}:report:${id}:${version}`,
  /** Bitmap of the batches that have ended. */
  batches: (id: string, version: number) => `${CORE}:batches:${id}:${version}`,
  /** Hash: batch -> the run that has it. */
  batchRuns: (id: string, version: number) => `${CORE}:batch-runs:${id}:${version}`,
  /** Bitmap of the deliveries that have an outcome. */
  ledger: (id: string, version: number, shard: number) => `${CORE}:ledger:${id}:${version}:${shard}`,
  /** Bitmap of the deliveries that their batch has handed to a retry. */
  deferred: (id: string, version: number, shard: number) => `${CORE}:deferred:${id}:${version}:${shard}`,
  /** Bitmap of the deliveries whose device has the version, or may have it: a run took them, and no answer has said no. */
  holders: (id: string, version: number, shard: number) => `${CORE}:holders:${id}:${version}:${shard}`,
  /** Hash of a version's retries, and their ids by when they are due (ms). */
  retries: (id: string, version: number) => `${CORE}:retries:${id}:${version}`,
  retriesDue: (id: string, version: number) => `${CORE}:retries-due:${id}:${version}`,
  /** The same of retries to unproven subscriptions: however many strangers bring, they hide no others. */
  unprovenRetriesDue: (id: string, version: number) => `${CORE}:retries-due-unproven:${id}:${version}`,
  receipts: (id: string, version: number, event: string, shard: number) =>
    `${CORE}:receipts:${id}:${version}:${event}:${shard}`,
  // processes
  /** Names of the processes, by when they were last heard of (ms). */
  presence: `${CORE}:presence`,
  newsOf: (name: string) => `${CORE}:presence:${name}:news`,
  readiness: `${CORE}:readiness`,
  /** Held by the process whose turn it is to keep house. */
  housekeeping: `${CORE}:housekeeping`,
  /** Id of the one VAPID key that all processes on this Redis sign with. */
  vapidKey: `${CORE}:vapid-key`,
  /** Channels: a server asks every process for its metrics, and gets the answers on its own. */
  metricsAsked: `${CORE}:metrics`,
  metricsAnswers: (name: string) => `${CORE}:metrics:${name}`,
  // audience
  topics: `${CORE}:topics`,
  shard: (shard: number, name: string) => `{ajil:${shard}}:${name}`,
} as const;
