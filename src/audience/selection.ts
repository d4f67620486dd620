import type { Redis } from '../redis/connect.ts';
import { keys } from '../redis/keys.ts';
import { runScript, runScriptBuffer } from '../redis/script.ts';
import type { Addresses } from './address.ts';
import { engagedSets } from './engagement.ts';
import { byPage, type PagePart } from './pages.ts';
import { unpackRecipient, type Recipient } from './record.ts';
import type { AudienceQuery, StoryAudience } from './schema.ts';
import { FREEZE_MEMBERS } from './scripts/freeze-members.ts';
import { FREEZE } from './scripts/freeze.ts';
import { JOIN_STORY } from './scripts/join-story.ts';
import { storyBitmaps } from './scripts/story-parts.ts';
import { EVERYBODY, languageSet, topicSet, urgencySet } from './set-names.ts';
import { PAGE_SIZE } from './shard.ts';

/** A subscription of a frozen audience, by its slot. */
export interface Member extends Recipient {
  readonly slot: number;
}

export interface Members {
  readonly members: readonly Member[];
  /** Subscriptions of a format or a channel that this process does not know: another release wrote them. */
  readonly unreadable: readonly { readonly slot: number; readonly error: unknown }[];
}

export interface FrozenName {
  readonly name: string;
  readonly earlier?: string | undefined;
}

/** Slots of a shard, a bit each (bit 0 is the highest of byte 0, as in Redis). */
export interface Frozen {
  readonly all: Buffer;
  /** The members whose push service had never accepted a message when the audience was frozen. */
  readonly unproven: Buffer;
  /** The members who had opened a notification in this month or the last (engagement.ts). */
  readonly engaged: Buffer;
}

export interface Selection {
  /**
   * The audience of `name` in one shard. The first call decides it; every later call with that name answers the same for
   * `keepSeconds`. The members of `earlier`, an audience frozen before, belong to it as well, except subscriptions erased
   * since. An empty audience is not kept: its caller remembers that it was empty.
   */
  freeze(audience: FrozenName, shard: number, query: AudienceQuery, keepSeconds: number): Promise<Frozen>;
  /** The same for an audience of these members (a bitmap), except subscriptions erased since. */
  freezeMembers(name: string, shard: number, members: Buffer, keepSeconds: number): Promise<Frozen>;
  /** Makes the frozen audience of `name` members of a story, except readers who left it and subscriptions erased since. */
  joinStory(name: string, shard: number, story: Pick<StoryAudience, 'id' | 'keptUntilMs'>): Promise<void>;
  /** Bytes `from` to `to` (both included) of the frozen audience. */
  frozen(name: string, shard: number, from: number, to: number): Promise<Buffer>;
  /** The same of a part of it. */
  frozenPart(
    part: 'unproven' | 'engaged',
    name: string,
    shard: number,
    from: number,
    to: number,
  ): Promise<Buffer>;
  /** Reads the subscriptions in these slots, rising. A slot whose subscription is gone by now is left out. */
  read(shard: number, slots: readonly number[]): Promise<Members>;
}

// From this many wanted slots of a page on, reading the whole page costs less than reading them one by one.
const WHOLE_PAGE_FROM = PAGE_SIZE / 8;

const audienceKey = (shard: number, name: string): string => keys.shard(shard, `audience:${name}`);

const partKey = (shard: number, name: string, part: 'unproven' | 'engaged'): string =>
  audienceKey(shard, `${name}:${part}`);

const frozenKeys = (shard: number, name: string): string[] => [
  keys.shard(shard, ''),
  audienceKey(shard, name),
  partKey(shard, name, 'unproven'),
  partKey(shard, name, 'engaged'),
];

interface SelectionDeps {
  readonly redis: Redis;
  readonly addresses: Addresses;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createSelection(deps: SelectionDeps): Selection {
  const { redis } = deps;
  return {
    freeze: ({ name, earlier }, shard, query, keepSeconds) =>
      runScriptBuffer(
        redis,
        FREEZE,
        [
          ...frozenKeys(shard, name),
          audienceKey(shard, earlier ?? ''),
          ...(query.story === undefined ? [] : storyBitmaps(shard, query.story.id)),
        ],
        [
          keepSeconds,
          ...engagedSets(deps.now()),
          EVERYBODY,
          urgencySet(query.urgency),
          languageSet(query.lang),
          query.story?.withoutLeavers === true ? '1' : '',
          query.story?.keptUntilMs ?? '',
          ...(query.story?.membersOnly === true ? [] : query.topics.map(topicSet)),
        ],
      ),
    freezeMembers: (name, shard, members, keepSeconds) =>
      runScriptBuffer(redis, FREEZE_MEMBERS, frozenKeys(shard, name), [
        keepSeconds,
        ...engagedSets(deps.now()),
        EVERYBODY,
        members,
      ]),
    joinStory: async (name, shard, { id, keptUntilMs }) => {
      const names = [keys.shard(shard, ''), audienceKey(shard, name), ...storyBitmaps(shard, id)];
      await runScript(redis, JOIN_STORY, names, [EVERYBODY, id, keptUntilMs, deps.now()]);
    },
    frozen: (name, shard, from, to) => redis.getrangeBuffer(audienceKey(shard, name), from, to),
    frozenPart: (part, name, shard, from, to) => redis.getrangeBuffer(partKey(shard, name, part), from, to),
    read: (shard, slots) => readSlots(deps, shard, slots),
  };
}

async function readSlots(
  { redis, addresses }: SelectionDeps,
  shard: number,
  slots: readonly number[],
): Promise<Members> {
  const pages = await Promise.all(byPage(slots).map((part) => readPage(redis, shard, part)));
  const members: Member[] = [];
  const unreadable: Members['unreadable'][number][] = [];
  for (const [slot, record] of pages.flat()) {
    if (!record || record.length === 0) continue;
    try {
      const { address, unproven, refusals, wishes } = unpackRecipient(addresses, record);
      members.push({ slot, address, unproven, refusals, wishes });
    } catch (error) {
      unreadable.push({ slot, error });
    }
  }
  return { members, unreadable };
}

type SlotRecord = readonly [slot: number, record: Buffer | null | undefined];

async function readPage(redis: Redis, shard: number, { page, slots }: PagePart): Promise<SlotRecord[]> {
  const name = keys.shard(shard, `page:${page}`);
  if (slots.length >= WHOLE_PAGE_FROM) {
    const records = await redis.lrangeBuffer(name, 0, -1);
    return slots.map((slot) => [slot, records[slot % PAGE_SIZE]]);
  }
  return Promise.all(
    slots.map(async (slot) => [slot, await redis.lindexBuffer(name, slot % PAGE_SIZE)] as const),
  );
}
