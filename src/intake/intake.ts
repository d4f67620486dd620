import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  WAITING_STATUSES,
  statusSchema,
  type EditorAlert,
  type NewAlert,
  type NewVersion,
} from '../alerts/schema.ts';
import type { IdempotencyClaim } from '../alerts/script-arguments.ts';
import type { AlertStore } from '../alerts/store.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem } from '../http/problem.ts';
import type { Newsroom } from '../newsroom/newsroom.ts';
import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import type { Item } from './item.ts';

/** Where alerts come in from besides the desk and the API. */
export interface Source {
  readonly id: string;
  /** `draft`: an editor decides. `send`: as if an author had submitted it. */
  readonly mode: 'draft' | 'send';
}

const takenSchema = z.object({
  action: z.enum(['created', 'updated', 'corrected', 'retracted', 'ignored']),
  alertId: z.string().nullable(),
  status: statusSchema.nullable(),
  /** Why an item was ignored. */
  reason: z.string().optional(),
});
/** What became of an item. */
export type Taken = z.infer<typeof takenSchema>;

const stateSchema = z.object({ order: z.number(), alertId: z.string().nullable(), taken: takenSchema });
type State = z.infer<typeof stateSchema>;

/** A story that has not changed for so long does not change any more, seconds. */
const REMEMBERED_S = 60 * 24 * 3600;
/** One version of an item at a time: so long at most, ms. A process that dies meanwhile leaves the item to the next try. */
const TURN_MS = 15_000;

/** The one place that turns items into drafts, alerts, versions and retractions. */
export interface Intake {
  /**
   * The same item again has the same answer, and changes nothing; an older version than one that came is ignored. Nothing
   * passes the newsroom's rules: each step is an author's.
   * @throws {Problem} 503 while another version of the item is being taken in; what a rule says of a field that is wrong
   */
  take(source: Source, item: Item): Promise<Taken>;
}

export function createIntake(deps: {
  readonly redis: Redis;
  readonly alerts: Pick<AlertStore, 'get' | 'getPublic' | 'read'>;
  readonly newsroom: Newsroom;
}): Intake {
  const { redis, alerts, newsroom } = deps;

  async function create(source: Source, item: Item): Promise<Taken> {
    const result = await newsroom.create(newAlert(source, item), asEditor(source), claimOf(source, item));
    if (result.type === 'duplicate') {
      const reason = `the same headline was published minutes ago, as alert ${result.id}`;
      return { action: 'ignored', alertId: result.id, status: null, reason };
    }
    if (result.type === 'idempotency-conflict') return ignored(null, OTHER_TEXT);
    return taken('created', result.alert);
  }

  /** Of an item whose alert is there. */
  async function follow(source: Source, item: Item, alertId: string): Promise<Taken> {
    const newest = await alerts.read(alertId);
    if (newest === undefined) return create(source, item);
    const isWaiting = WAITING_STATUSES.includes(newest.alert.status);
    const shown = await alerts.getPublic(alertId);
    if (shown !== undefined) return addVersion(source, item, shown);
    if (!isWaiting)
      return ignored(newest.alert, `the newsroom has ended the alert: it is ${newest.alert.status}`);
    if (item.change === 'withdrawal') {
      return taken('retracted', await newsroom.cancel(alertId, asEditor(source)));
    }
    const { headline, body, url, lang, topics, urgency, expiresAt, sendAt } = item;
    const edit = { headline, body, url, lang, topics: [...topics], urgency, expiresAt, sendAt };
    return taken('updated', await newsroom.edit(alertId, edit, asEditor(source), newest.revision));
  }

  async function addVersion(source: Source, item: Item, shown: EditorAlert): Promise<Taken> {
    const change = item.change === 'withdrawal' ? 'retraction' : item.change;
    if (source.mode === 'draft' && change !== 'retraction') {
      return ignored(shown, 'the alert was sent: an editor must update or correct it');
    }
    const { headline, body, url, urgency, note } = item;
    const input: NewVersion =
      change === 'retraction' ? { change, note } : { change, headline, body, url, urgency, note };
    const result = await newsroom.addVersion(shown.id, input, asEditor(source), claimOf(source, item));
    if (result.type !== 'created' && result.type !== 'repeated') {
      return ignored(shown, OTHER_TEXT);
    }
    const actions = { update: 'updated', correction: 'corrected', retraction: 'retracted' } as const;
    return taken(actions[change], result.alert);
  }

  async function decide(source: Source, item: Item, before: State | undefined): Promise<Taken> {
    if (before !== undefined && item.order === before.order) return before.taken;
    if (before !== undefined && item.order < before.order) {
      return { ...ignored(null, 'a newer version of the item came before'), alertId: before.alertId };
    }
    if (before !== undefined && before.alertId !== null) return follow(source, item, before.alertId);
    if (item.change === 'withdrawal') return ignored(null, 'no alert was made of the item');
    return create(source, item);
  }

  return {
    take: async (source, item) => {
      const name = createHash('sha256').update(item.id).digest('base64url');
      const [place, turn] = [keys.intake(source.id, name), keys.intakeTurn(source.id, name)];
      const mine = await redis.set(turn, '1', 'PX', TURN_MS, 'NX');
      if (mine === null) {
        throw new Problem('unavailable', 'Another version of the item is being taken in: send it again.', {
          headers: { 'Retry-After': '1' },
        });
      }
      try {
        const stored = await redis.get(place);
        const before = stored === null ? undefined : stateSchema.parse(JSON.parse(stored));
        const taken = await decide(source, item, before);
        if (before === undefined || item.order > before.order) {
          const alertId = taken.action === 'created' ? taken.alertId : (before?.alertId ?? null);
          const state: State = { order: item.order, alertId, taken };
          await redis.set(place, JSON.stringify(state), 'EX', REMEMBERED_S);
        }
        return taken;
      } finally {
        await redis.del(turn);
      }
    },
  };
}

const OTHER_TEXT = 'the item came before with another text and the same version';

/** A source has the rights of an author. */
const asEditor = ({ id }: Source): Editor => ({
  id: `source:${id}`,
  name: id,
  role: 'author',
  createdAt: '',
  revokedAt: null,
});

/** A repetition after a crash finds what was written before it. */
function claimOf({ id }: Source, item: Item): IdempotencyClaim {
  const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');
  return {
    editorId: `source:${id}`,
    keyHash: hash(`${item.id}\n${item.order}`),
    request: hash(JSON.stringify(item)),
  };
}

function newAlert(source: Source, item: Item): NewAlert {
  const { headline, body, url, lang, topics, urgency, expiresAt, sendAt } = item;
  const draft = source.mode === 'draft';
  return { headline, body, url, lang, topics: [...topics], urgency, expiresAt, sendAt, draft };
}

const taken = (action: Taken['action'], { id, status }: EditorAlert): Taken => ({
  action,
  alertId: id,
  status,
});

const ignored = (alert: EditorAlert | null, reason: string): Taken => ({
  action: 'ignored',
  alertId: alert?.id ?? null,
  status: alert?.status ?? null,
  reason,
});
