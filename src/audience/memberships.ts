import type { Redis } from '../redis/connect.ts';
import { runScript } from '../redis/script.ts';
import { shardKeys } from './record-writer.ts';
import { LIST_MEMBERSHIPS } from './scripts/list-memberships.ts';
import { SET_MEMBERSHIP } from './scripts/set-membership.ts';
import { storyBitmaps } from './scripts/story-parts.ts';
import { placeOf } from './shard.ts';

type Refused =
  /** No subscription has the id. */
  | { readonly type: 'missing' }
  /** The `auth` shown is not the subscription's. */
  | { readonly type: 'denied' };

interface StoryName {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly keptUntilMs: number;
}

/** Which readers get a story's follow-ups. Every call is atomic and may be repeated. */
export interface Memberships {
  /** From now on the reader gets the story's follow-ups, or gets none. */
  set(id: string, auth: Buffer, story: StoryName, follows: boolean): Promise<{ type: 'set' } | Refused>;
  /** Ids of the stories whose follow-ups the reader gets; some may have ended. */
  of(id: string, auth: Buffer): Promise<{ type: 'found'; stories: readonly string[] } | Refused>;
}

export function createMemberships({ redis }: { readonly redis: Redis }): Memberships {
  return {
    set: async (id, auth, story, follows) => {
      const place = placeOf(id);
      if (place === undefined) return { type: 'missing' };
      const names = [...shardKeys(place), ...storyBitmaps(place.shard, story.id)];
      const args = [place.field, auth, story.id, follows ? '1' : '0', story.keptUntilMs];
      return { type: await runScript(redis, SET_MEMBERSHIP, names, args) };
    },
    of: async (id, auth) => {
      const place = placeOf(id);
      if (place === undefined) return { type: 'missing' };
      const [type, ...stories] = await runScript(redis, LIST_MEMBERSHIPS, shardKeys(place), [
        place.field,
        auth,
      ]);
      return type === 'found' ? { type, stories } : { type };
    },
  };
}
