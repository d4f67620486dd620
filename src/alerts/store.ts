import type { AuditLink, LinkOutcome } from '../editors/audit.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript } from '../redis/script.ts';
import { duplicateFingerprint } from './fingerprint.ts';
import { ALERT_ID, timePrefix } from './id.ts';
import { primaryLanguage } from './language.ts';
import { createAlertList, type AlertPage, type AlertQuery } from './list.ts';
import { openOutbox, type Outbox } from './outbox.ts';
import { fetchVersion, readVersion } from './record.ts';
import { PUBLIC_STATUSES, type AlertStatus, type EditorAlert } from './schema.ts';
import { ABORT, ADD_VERSION, CREATE, SET_STATUS } from './scripts.ts';

/** An `Idempotency-Key` that an editor sent, and what was asked with it (any string that equal requests share). */
export interface IdempotencyClaim {
  readonly editorId: string;
  /** SHA-256 of the header's value. */
  readonly keyHash: string;
  readonly request: string;
}

export type CreateResult =
  | { readonly type: 'created'; readonly alert: EditorAlert }
  /** The same key and request came before: the first answer. */
  | { readonly type: 'repeated'; readonly alert: EditorAlert }
  | { readonly type: 'idempotency-conflict' }
  | { readonly type: 'duplicate'; readonly id: string };

type AddVersionResult =
  | Exclude<CreateResult, { type: 'duplicate' }>
  /** Another version came in between: read again. */
  | { readonly type: 'moved' }
  | { readonly type: 'wrong-status'; readonly status: AlertStatus };

type AbortResult =
  | { readonly type: 'aborted' }
  | { readonly type: 'missing' }
  | { readonly type: 'wrong-status'; readonly status: AlertStatus };

interface WriteOptions {
  readonly claim?: IdempotencyClaim | undefined;
  /** The audit entry to write in the same step (`AuditLog.commit` makes it). */
  readonly link?: AuditLink | undefined;
}

/** Every method is atomic; all reject only when Redis is away. What a write has answered is stored. */
export interface AlertStore {
  /** Stores version 1 with its outbox entry; refuses the same headline and language within 10 minutes unless allowed. */
  create(
    alert: EditorAlert,
    options?: WriteOptions & { readonly allowDuplicate?: boolean | undefined },
  ): Promise<LinkOutcome<CreateResult>>;
  /** Stores the version that follows, with its outbox entry. Ends the earlier ones: `superseded`, or `retracted` by a retraction. */
  addVersion(alert: EditorAlert, options?: WriteOptions): Promise<LinkOutcome<AddVersionResult>>;
  /** Marks every version that is being sent as aborted; the workers watch for it. */
  abort(id: string, options?: Pick<WriteOptions, 'link'>): Promise<LinkOutcome<AbortResult>>;
  /** What the claim was answered before, if it was used. */
  findRepeated(
    claim: IdempotencyClaim,
  ): Promise<Extract<CreateResult, { type: 'repeated' | 'idempotency-conflict' }> | undefined>;
  /** One version, the newest by default, with its status now. */
  get(id: string, version?: number): Promise<EditorAlert | undefined>;
  /** Every version, oldest first, each with its status now; none when there is no such alert. */
  versions(id: string): Promise<readonly EditorAlert[]>;
  /** Newest first. */
  list(query: AlertQuery): Promise<AlertPage>;
  /** Sets a version's status if it is one of `from` now; tells whether it did. */
  setStatus(id: string, version: number, from: readonly AlertStatus[], to: AlertStatus): Promise<boolean>;
  readonly outbox: Outbox;
}

const DUPLICATE_WINDOW_MS = 10 * 60_000;
const IDEMPOTENCY_LIFE_MS = 24 * 60 * 60_000;
/** Bounds one alert's record; nobody corrects a story more often. A retraction may always follow. */
export const MAX_VERSIONS = 50;

/** @param deps.now milliseconds since the epoch */
export function createAlertStore(deps: { redis: Redis; now: () => number }): AlertStore {
  const { redis } = deps;

  function claimKey(claim: IdempotencyClaim | undefined): string {
    return keys.idempotency(claim?.editorId ?? '', claim?.keyHash ?? '');
  }

  /** The arguments that CREATE and ADD_VERSION share. */
  function written(alert: EditorAlert, options: WriteOptions): (string | number)[] {
    return [
      options.link === undefined ? '' : JSON.stringify(options.link),
      options.claim?.request ?? '',
      IDEMPOTENCY_LIFE_MS,
      JSON.stringify(alert),
      alert.status,
      `${alert.id}:${alert.version}`,
      deps.now(),
    ];
  }

  return {
    create: async (alert, options = {}) => {
      const place = timePrefix(Date.parse(alert.publishedAt ?? alert.createdAt)) + alert.id;
      const answer = await runScript(
        redis,
        CREATE,
        [
          keys.audit,
          claimKey(options.claim),
          keys.alert(alert.id),
          keys.outbox,
          keys.duplicate(duplicateFingerprint(alert.headline, alert.lang)),
          ...indexesOf(alert),
        ],
        [...written(alert, options), alert.id, options.allowDuplicate ? '1' : '', DUPLICATE_WINDOW_MS, place],
      );
      const [type, detail = ''] = answer as [CreateResult['type'] | 'stale', string?];
      if (type === 'stale') return { stale: detail };
      if (type === 'created') return { appended: true, value: { type, alert } };
      if (type === 'duplicate') return { appended: false, value: { type, id: detail } };
      return { appended: false, value: before(type, detail) };
    },

    addVersion: async (alert, options = {}) => {
      const answer = await runScript(
        redis,
        ADD_VERSION,
        [keys.audit, claimKey(options.claim), keys.alert(alert.id), keys.outbox],
        [...written(alert, options), alert.version],
      );
      const [type, detail = ''] = answer as [AddVersionResult['type'] | 'stale', string?];
      if (type === 'stale') return { stale: detail };
      if (type === 'created') return { appended: true, value: { type, alert } };
      if (type === 'moved') return { appended: false, value: { type } };
      if (type === 'wrong-status') {
        return { appended: false, value: { type, status: detail as AlertStatus } };
      }
      return { appended: false, value: before(type, detail) };
    },

    abort: async (id, options = {}) => {
      const link = options.link === undefined ? '' : JSON.stringify(options.link);
      const answer = await runScript(redis, ABORT, [keys.audit, keys.alert(id)], [link]);
      const [type, detail = ''] = answer as [AbortResult['type'] | 'stale', string?];
      if (type === 'stale') return { stale: detail };
      if (type === 'wrong-status') {
        return { appended: false, value: { type, status: detail as AlertStatus } };
      }
      return { appended: type === 'aborted', value: { type } };
    },

    findRepeated: async (claim) => {
      const [request, answer] = await redis.hmget(claimKey(claim), 'request', 'answer');
      if (typeof request !== 'string') return undefined;
      return before(request === claim.request ? 'repeated' : 'idempotency-conflict', answer ?? '');
    },

    get: async (id, version) => {
      if (!ALERT_ID.test(id)) return undefined;
      return fetchVersion(redis, id, version);
    },

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

function before(
  type: 'repeated' | 'idempotency-conflict',
  answer: string,
): Extract<CreateResult, { type: 'repeated' | 'idempotency-conflict' }> {
  return type === 'repeated' ? { type, alert: JSON.parse(answer) as EditorAlert } : { type };
}

/** An alert stands in one index for each topic (and for all) in its language (and in all): any list is then exact. */
function indexesOf(alert: EditorAlert): string[] {
  const languages = ['*', primaryLanguage(alert.lang)];
  const topics = ['*', ...alert.topics];
  const views = PUBLIC_STATUSES.includes(alert.status)
    ? [keys.alertsAll, keys.alertsPublished]
    : [keys.alertsAll];
  return views.flatMap((view) => topics.flatMap((topic) => languages.map((lang) => view(topic, lang))));
}
