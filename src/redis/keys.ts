/**
 * Every key name in Redis. The part in braces is the hash tag. Keys that one script touches share it, so that they are on
 * the same node of a Redis Cluster (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
 */
const CORE = '{ajil}';

/** BullMQ's `prefix`: queues share the slot of the core keys. */
export const QUEUE_PREFIX = CORE;

export const keys = {
  // editors
  editors: `${CORE}:editors`,
  /** SHA-256 of an API key -> editor id. */
  editorKeys: `${CORE}:editor-keys`,
  /** An editor's passkeys: credential id -> public key, counter and name. */
  passkeys: (editorId: string) => `${CORE}:passkeys:${editorId}`,
  /** What a passkey must sign, until it is used. */
  passkeyChallenge: (challenge: string) => `${CORE}:passkey-challenge:${challenge}`,
  session: (hash: string) => `${CORE}:session:${hash}`,
  audit: `${CORE}:audit`,
  /** Rate limits: counters that expire by themselves, and the day's salt for the hashes of addresses. */
  limits: `${CORE}:limits`,
  limitsSalt: `${CORE}:limits:salt`,
  // alerts
  alert: (id: string) => `${CORE}:alert:${id}`,
  /**
   * Published alerts of a topic in a language (`*`: of all). Members are time + id and have the score 0, so their order
   * is by time.
   */
  alertsPublished: (topic: string, lang: string) => `${CORE}:alerts:published:${topic}:${lang}`,
  /** The same for every alert, including drafts: the list of editors. */
  alertsAll: (topic: string, lang: string) => `${CORE}:alerts:all:${topic}:${lang}`,
  /** Accepted versions that are not finished: member `id:version`, score = accepted at (ms). */
  outbox: `${CORE}:alerts:outbox`,
  /**
   * Newest versions that no reader sees yet: member `id:version`, score = when it is sent (ms), or infinite while it has no
   * time. Its name is from when it held those with a time alone.
   */
  waiting: `${CORE}:alerts:scheduled`,
  /** That the alerts of earlier releases are in `waiting` too. */
  waitingFilled: `${CORE}:waiting-filled`,
  duplicate: (fingerprint: string) => `${CORE}:alerts:duplicate:${fingerprint}`,
  idempotency: (editorId: string, keyHash: string) => `${CORE}:idempotency:${editorId}:${keyHash}`,
  /** A story: its name and times, and the alert that was its first. */
  story: (id: string) => `${CORE}:story:${id}`,
  /** Ids of the story's alerts that go to everybody, in the order of their publication. */
  storyOpeners: (id: string) => `${CORE}:story:${id}:openers`,
  /** Ids of the open stories, by the time at which they end (ms). */
  openStories: `${CORE}:stories`,
  /** The newsroom's settings, and its lists. */
  newsroom: `${CORE}:newsroom`,
  /** Who writes what now: member `editor id` + space + what, score = until when (ms). */
  writingNow: `${CORE}:writing-now`,
  // intake
  sources: `${CORE}:sources`,
  /** What became of a source's item: by the hash of the item's id. */
  intake: (source: string, item: string) => `${CORE}:intake:${source}:${item}`,
  /** Held while a version of the item is being taken in. */
  intakeTurn: (source: string, item: string) => `${CORE}:intake-turn:${source}:${item}`,
  /** What came from a source, newest first. */
  arrivals: (source: string) => `${CORE}:arrivals:${source}`,
  /** Items whose public pages do not answer yet: source + line break + hash of the item's id -> item. */
  pageWaits: `${CORE}:page-waits`,
  /** Held by the process that looks at an item's page now. */
  pageTurn: (name: string) => `${CORE}:page-turn:${name}`,
  /** When something came from each source last (ms). */
  heard: `${CORE}:sources:heard`,
  /** What is known of a feed between two looks. */
  feed: (source: string) => `${CORE}:feed:${source}`,
  /** The topic of a hub that was left, by the token of our callback. */
  hubLeft: (token: string) => `${CORE}:hub-left:${token}`,
  /** Held by the process that looks at a feed now. */
  feedTurn: (source: string) => `${CORE}:feed-turn:${source}`,
  // test sends
  /** An editor's test devices: id -> address and name. */
  testDevices: (editorId: string) => `${CORE}:test-devices:${editorId}`,
  /** What came of the last test on each device of an editor, also on one that was gone. */
  testOutcomes: (editorId: string) => `${CORE}:test-outcomes:${editorId}`,
  // outlets
  webhooks: `${CORE}:webhooks`,
  /** Webhooks whose receivers answered that they are gone, and why. */
  webhooksEnded: `${CORE}:webhooks:ended`,
  /** Accounts of the newsroom in which alerts are posted: id -> settings with their secrets. */
  outlets: `${CORE}:outlets`,
  /** Outlets whose services refuse them, and why: id -> JSON. */
  outletsPaused: `${CORE}:outlets:paused`,
  /** Held by the process that posts in an outlet. */
  outletTurn: (id: string) => `${CORE}:outlet:turn:${id}`,
  /** As long as it exists, the outlet's service wants no call. */
  outletWait: (id: string) => `${CORE}:outlet:wait:${id}`,
  /** What stands of an alert in an outlet. */
  posts: (outlet: string, alertId: string) => `${CORE}:posts:${outlet}:${alertId}`,
  /** What was tried with a receiver, newest first. */
  attempts: (outlet: string, receiver: string) => `${CORE}:attempts:${outlet}:${receiver}`,
  /** Subscriptions of the hub: id -> subscription. */
  websub: `${CORE}:websub`,
  /** Their ids, by the time at which their leases end (ms). */
  websubLeases: `${CORE}:websub:leases`,
  /** Their callbacks' hosts: members are host + space + id, in the order of the alphabet. */
  websubHosts: `${CORE}:websub:hosts`,
  /** What each was sent last: id -> time at which it was written (ms) + space + its hash. */
  websubSent: `${CORE}:websub:sent`,
  /** Ids of those whose last attempt failed. */
  websubFailing: `${CORE}:websub:failing`,
  /** Held while a subscription is being told. */
  websubTurn: (id: string) => `${CORE}:websub:turn:${id}`,
  // live log
  liveLog: `${CORE}:live`,
  liveEpoch: `${CORE}:live:epoch`,
  /** Offset of the newest version that was ever appended. If the stream ends before it, entries were lost. */
  liveNewest: `${CORE}:live:newest`,
  /** The position of an alert's newest version in the log: epoch, offset, version. */
  liveAppended: (id: string) => `${CORE}:live:appended:${id}`,
  /** Sorted set: the filters of the lines that GRIP proxies hold, by the time of their last use (ms). */
  liveGripFilters: `${CORE}:live:grip-filters`,
  // delivery
  report: (id: string, version: number) => `${CORE}:report:${id}:${version}`,
  /** How fast the versions of an urgency were that were accepted on a day (`2026-11-29`): `id:version` -> ms. */
  goal: (urgency: string, day: string) => `${CORE}:goal:${urgency}:${day}`,
  /** How many readers came and went on a day: `optIns`, `left`, `gone`. */
  healthDay: (day: string) => `${CORE}:health:${day}`,
  /** What came of the alerts that were published on a day: id -> summary, `id:left` and `id:gone` -> leavings after it. */
  healthAlerts: (day: string) => `${CORE}:health:alerts:${day}`,
  /** Ids of alerts whose summary is still to be kept, by the time at which that is due (ms). */
  healthDue: `${CORE}:health:due`,
  /** Bitmap of the batches that have ended. */
  batches: (id: string, version: number) => `${CORE}:batches:${id}:${version}`,
  /** Hash: batch -> the run that claimed it. */
  batchRuns: (id: string, version: number) => `${CORE}:batch-runs:${id}:${version}`,
  /** Bitmap of the deliveries that have an outcome. */
  ledger: (id: string, version: number, shard: number) => `${CORE}:ledger:${id}:${version}:${shard}`,
  /** Bitmap of the deliveries that their batch has handed to a retry. */
  deferred: (id: string, version: number, shard: number) => `${CORE}:deferred:${id}:${version}:${shard}`,
  /** Bitmap of the deliveries whose device has the version or may have it: a run took them, and no answer denied it. */
  holders: (id: string, version: number, shard: number) => `${CORE}:holders:${id}:${version}:${shard}`,
  /** Hash of a version's retries, and their ids by the time at which they are due (ms). */
  retries: (id: string, version: number) => `${CORE}:retries:${id}:${version}`,
  retriesDue: (id: string, version: number) => `${CORE}:retries-due:${id}:${version}`,
  /** The same for retries to unproven subscriptions. Strangers can add many, which must not hide the others. */
  unprovenRetriesDue: (id: string, version: number) => `${CORE}:retries-due-unproven:${id}:${version}`,
  receipts: (id: string, version: number, event: string, shard: number) =>
    `${CORE}:receipts:${id}:${version}:${event}:${shard}`,
  // canary
  /** Stream: the canary's way to the gateways, beside the live log. */
  liveCanary: `${CORE}:live:canary`,
  /** The process that runs the canary now. */
  canaryTurn: `${CORE}:canary:turn`,
  /** How the canary fares, for all servers. */
  canary: `${CORE}:canary`,
  /** What became of a run's push message. */
  canaryPush: (run: string) => `${CORE}:canary:push:${run}`,
  // processes
  /** Names of the processes, by the time of their last sign of life (ms). */
  presence: `${CORE}:presence`,
  newsOf: (name: string) => `${CORE}:presence:${name}:news`,
  readiness: `${CORE}:readiness`,
  /** Written before a wait for a replica: the replica that has it has all that was written before. */
  replication: `${CORE}:replication`,
  /** The process that does the housekeeping now. */
  housekeeping: `${CORE}:housekeeping`,
  /** Id of the VAPID key with which all processes on this Redis sign. */
  vapidKey: `${CORE}:vapid-key`,
  /** Channels: on the first a server asks every process for its metrics, on the second it gets the answers. */
  metricsAsked: `${CORE}:metrics`,
  metricsAnswers: (name: string) => `${CORE}:metrics:${name}`,
  // audience
  topics: `${CORE}:topics`,
  shard: (shard: number, name: string) => `{ajil:${shard}}:${name}`,
} as const;
