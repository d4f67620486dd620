import type { LinkOutcome } from '../editors/audit.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { ALERT_ID } from './id.ts';
import { editorsIndexes, placeOf } from './indexes.ts';
import { createAlertList, type AlertPage, type AlertQuery } from './list.ts';
import { openOutbox, type Outbox } from './outbox.ts';
import { LIFE_CYCLE } from './life-cycle.ts';
import { fetchNewest, fetchPublicVersion, fetchVersion, readVersion, type Newest } from './record.ts';
import type { AlertStatus, EditorAlert } from './schema.ts';
import {
  changed,
  claimKey,
  dueOf,
  guardLife,
  guarding,
  guardsOf,
  HOUSE_KEYS,
  houseArguments,
  linkText,
  placesOf,
  settingsArguments,
  storyArguments,
  storyKeys,
  written,
  type ChangeOptions,
  type GuardOptions,
  type IdempotencyClaim,
  type JudgedOptions,
  type StoryOptions,
  type WriteOptions,
} from './script-arguments.ts';
import { ABORT } from './scripts/abort.ts';
import { ADD_VERSION } from './scripts/add-version.ts';
import { firstAnswer } from './scripts/answers.ts';
import { CHANGE } from './scripts/change.ts';
import { CREATE } from './scripts/create.ts';
import { PUBLISH } from './scripts/publish.ts';
import { SET_STATUS } from './scripts/set-status.ts';

/** A claim that was used before: with the same request, or with another. */
type Repeated =
  { readonly type: 'repeated'; readonly alert: EditorAlert } | { readonly type: 'idempotency-conflict' };

/** Another alert that has the same headline or the same article. */
export type Duplicate = {
  readonly type: 'duplicate';
  readonly id: string;
  readonly shares: 'headline' | 'article';
};
/** It was changed in between: read again. */
type Moved = { readonly type: 'moved' };
type WrongStatus = { readonly type: 'wrong-status'; readonly status: AlertStatus };
type Missing = { readonly type: 'missing' };
type Created = { readonly type: 'created'; readonly alert: EditorAlert };

/** The newsroom's settings, its topics or the story have changed: judge it again. */
type JudgedTooEarly = { readonly type: 'judged-too-early' };

export type CreateResult = Created | Repeated | Duplicate;
type AddVersionResult = Created | Repeated | Moved | WrongStatus;
type PublishResult = { readonly type: 'published' } | Missing | Moved | WrongStatus | Duplicate;
type ChangeResult = { readonly type: 'changed' } | Missing | Moved | WrongStatus | Duplicate;
type AbortResult = { readonly type: 'aborted' } | Missing | WrongStatus;

/** Every method is atomic; all reject only when Redis is away. What a write has answered is stored. */
export interface AlertStore {
  /** Stores version 1, and publishes it if its status is public. */
  create(
    alert: EditorAlert,
    options?: WriteOptions & GuardOptions & StoryOptions & JudgedOptions,
  ): Promise<LinkOutcome<CreateResult | JudgedTooEarly>>;
  /** Stores the version that follows what readers have, if the life cycle allows its change, and publishes it if its status is public. */
  addVersion(
    alert: EditorAlert,
    options?: WriteOptions & Pick<GuardOptions, 'guardMs'> & JudgedOptions,
  ): Promise<LinkOutcome<AddVersionResult>>;
  /**
   * Makes the newest version public if its status is one of `from`: it goes into readers' lists and the outbox, and the
   * earlier ones end.
   * @param alert as it is published: its status and times are the new ones
   */
  publish(
    alert: EditorAlert,
    from: readonly AlertStatus[],
    options: ChangeOptions & GuardOptions & StoryOptions,
  ): Promise<LinkOutcome<PublishResult>>;
  /**
   * Changes the newest version if its status is one of `from`, which are statuses that no reader sees.
   * @param options.before as it was read
   */
  change(
    alert: EditorAlert,
    from: readonly AlertStatus[],
    options: ChangeOptions & GuardOptions & { readonly before: EditorAlert },
  ): Promise<LinkOutcome<ChangeResult>>;
  /** Versions that are due by `nowMs`, the earliest first. */
  due(nowMs: number, limit: number): Promise<readonly { readonly id: string; readonly version: number }[]>;
  /** Marks every version that is being sent as aborted; the workers watch for it. */
  abort(id: string, options?: Pick<WriteOptions, 'link'>): Promise<LinkOutcome<AbortResult>>;
  /** What the claim was answered before, if it was used. */
  findRepeated(claim: IdempotencyClaim): Promise<Repeated | undefined>;
  /** The newest version, and how often editors have changed the alert so far. */
  read(id: string): Promise<Newest | undefined>;
  /** One version, the newest by default, with its status now. */
  get(id: string, version?: number): Promise<EditorAlert | undefined>;
  /** The newest version that readers may see. */
  getPublic(id: string): Promise<EditorAlert | undefined>;
  /** Every version, oldest first, each with its status now; none when there is no such alert. */
  versions(id: string): Promise<readonly EditorAlert[]>;
  /** Newest first. */
  list(query: AlertQuery): Promise<AlertPage>;
  /** Sets a version's status if it is one of `from` now; tells whether it did. */
  setStatus(id: string, version: number, from: readonly AlertStatus[], to: AlertStatus): Promise<boolean>;
  readonly outbox: Outbox;
}

/** Bounds one alert's record; nobody corrects an alert more often. A retraction may always follow. */
export const MAX_VERSIONS = 50;

/** @param deps.now milliseconds since the epoch */
export function createAlertStore(deps: { redis: Redis; now: () => number }): AlertStore {
  const { redis } = deps;

  return {
    create: async (alert, options = {}) => {
      const { names, counts } = placesOf(alert, options);
      const answer = await runScript(
        redis,
        CREATE,
        [
          keys.audit,
          claimKey(options.claim),
          keys.alert(alert.id),
          keys.outbox,
          keys.waiting,
          ...storyKeys(alert),
          ...HOUSE_KEYS,
          ...names,
        ],
        [
          ...written(alert, options, deps.now()),
          dueOf(alert),
          placeOf(alert),
          ...guarding(alert, options, deps.now()),
          ...counts,
          ...storyArguments(alert, options, deps.now()),
          ...houseArguments(alert, options),
        ],
      );
      return linked(answer.type === 'created' ? { ...answer, alert } : answer, 'created');
    },

    addVersion: async (alert, options = {}) => {
      const { from } = LIFE_CYCLE[alert.change === 'new' ? 'update' : alert.change];
      const answer = await runScript(
        redis,
        ADD_VERSION,
        [
          keys.audit,
          claimKey(options.claim),
          keys.alert(alert.id),
          keys.outbox,
          keys.waiting,
          keys.newsroom,
          ...guardsOf(alert, options),
        ],
        [
          ...written(alert, options, deps.now()),
          alert.version,
          dueOf(alert),
          guardLife(alert, options, deps.now()),
          ...settingsArguments(options),
          ...from,
        ],
      );
      return linked(answer.type === 'created' ? { ...answer, alert } : answer, 'created');
    },

    publish: async (alert, from, options) => {
      const { names, counts } = placesOf(alert, options);
      const answer = await runScript(
        redis,
        PUBLISH,
        [keys.audit, keys.alert(alert.id), keys.outbox, keys.waiting, ...storyKeys(alert), ...names],
        [
          ...changed(alert, options),
          deps.now(),
          placeOf(alert),
          ...guarding(alert, options, deps.now()),
          ...counts,
          ...storyArguments(alert, options, deps.now()),
          ...from,
        ],
      );
      return linked(answer, 'published');
    },

    change: async (alert, from, options) => {
      const [leave, join] = [editorsIndexes(options.before), editorsIndexes(alert)];
      const left = leave.filter((index) => !join.includes(index));
      // Of a later version, the alert holds the guards already.
      const guardsHeld = (one: EditorAlert): string[] => (one.version === 1 ? guardsOf(one, options) : []);
      const [held, guards] = [guardsHeld(options.before), guardsHeld(alert)];
      const answer = await runScript(
        redis,
        CHANGE,
        [keys.audit, keys.alert(alert.id), keys.waiting, ...left, ...join, ...held, ...guards],
        [
          ...changed(alert, options),
          dueOf(alert),
          ...guarding(alert, options, deps.now()),
          left.length,
          join.length,
          held.length,
          ...from,
        ],
      );
      return linked(answer, 'changed');
    },

    due: async (nowMs, limit) => {
      const members = await redis.zrangebyscore(keys.waiting, '-inf', nowMs, 'LIMIT', 0, limit);
      return members.map((member) => {
        const [id = '', version] = member.split(':');
        return { id, version: Number(version) };
      });
    },

    abort: async (id, options = {}) =>
      linked(await runScript(redis, ABORT, [keys.audit, keys.alert(id)], [linkText(options)]), 'aborted'),

    findRepeated: async (claim) => {
      const [request, answer] = await redis.hmget(claimKey(claim), 'request', 'answer');
      if (typeof request !== 'string' || typeof answer !== 'string') return undefined;
      return request === claim.request
        ? { type: 'repeated', alert: firstAnswer(answer) }
        : { type: 'idempotency-conflict' };
    },

    read: async (id) => (ALERT_ID.test(id) ? fetchNewest(redis, id) : undefined),

    get: async (id, version) => (ALERT_ID.test(id) ? fetchVersion(redis, id, version) : undefined),

    getPublic: async (id) => (ALERT_ID.test(id) ? fetchPublicVersion(redis, id) : undefined),

    versions: async (id) => {
      if (!ALERT_ID.test(id)) return [];
      const hash = await redis.hgetall(keys.alert(id));
      const numbers = Array.from({ length: Number(hash['version'] ?? 0) }, (_, index) => index + 1);
      return numbers.flatMap((version) => readVersion(hash, version) ?? []);
    },

    list: createAlertList(redis),

    setStatus: async (id, version, from, to) =>
      (await runScript(redis, SET_STATUS, [keys.alert(id)], [version, to, ...from])) === 1,

    outbox: openOutbox(deps),
  };
}

/** @param done the answer of a script that wrote the audit link */
function linked<Answer extends { readonly type: string }>(
  answer: Answer,
  done: string,
): LinkOutcome<Exclude<Answer, Stale>> {
  if (isStale(answer)) return { stale: answer.hash };
  return { appended: answer.type === done, value: answer as Exclude<Answer, Stale> };
}

type Stale = { readonly type: 'stale'; readonly hash: string };
const isStale = (answer: { readonly type: string }): answer is Stale => answer.type === 'stale';
