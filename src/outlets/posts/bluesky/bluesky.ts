import { z } from 'zod';
import type { Call } from '../call.ts';
import type { OutletOf } from '../outlet.ts';
import { failed, type Abilities, type Ref, type Result, type Service } from '../service.ts';
import { recordOf, tidOf, type StrongRef } from './record.ts';
import { createAccount, type Sessions } from './session.ts';

export const BLUESKY: Abilities = {
  // A record can be changed, but no app shows it.
  edit: false,
  remove: true,
  repeatMs: Infinity,
  mostUnanswered: Infinity,
  length: { most: 300, unit: 'graphemes' },
  // 1,666 posts an hour: https://docs.bsky.app/docs/advanced-guides/rate-limits
  pauseMs: 1000,
};

const COLLECTION = 'app.bsky.feed.post';
const strongRefSchema = z.object({ uri: z.string(), cid: z.string() });

/** Posts as an account: https://docs.bsky.app/docs/advanced-guides/posts */
export function createBluesky(
  outlet: OutletOf<'bluesky'>,
  deps: { readonly call: Call; readonly sessions: Sessions; readonly now: () => number },
): Service {
  const account = createAccount(outlet, deps);

  async function read(repo: string, rkey: string): Promise<Result<{ result: StrongRef }>> {
    const query = new URLSearchParams({ repo, collection: COLLECTION, rkey }).toString();
    return account.ask(`com.atproto.repo.getRecord?${query}`, {}, strongRefSchema);
  }

  return {
    can: BLUESKY,
    check: () => account.ask('com.atproto.server.getSession', {}, z.object({ did: z.string() })),
    post: async (message, { key, at, thread }) => {
      const known = await account.did();
      if (known.type === 'failed') return known;
      const { did: repo } = known;
      const rkey = tidOf(Date.parse(at), key);
      const record = recordOf(message, replyTo(thread));
      // Only where there is none with this key, so that a second attempt makes no second post.
      const body = { repo, collection: COLLECTION, rkey, record, swapRecord: null };
      const put = await account.ask('com.atproto.repo.putRecord', { method: 'POST', body }, strongRefSchema);
      if (put.type === 'done') return { type: 'done', status: 200, ref: textOfRef(put.result) };
      if (put.fault.detail !== 'InvalidSwap') return put;
      const there = await read(repo, rkey);
      return there.type === 'failed' ? there : { type: 'done', ref: textOfRef(there.result), isOlder: true };
    },
    edit: () => Promise.resolve(failed({ reason: 'refused' })),
    remove: async (ref) => {
      const known = await account.did();
      if (known.type === 'failed') return known;
      const rkey = refOf(ref).uri.split('/').at(-1) ?? '';
      const body = { repo: known.did, collection: COLLECTION, rkey };
      // It also succeeds where there is none.
      return account.ask('com.atproto.repo.deleteRecord', { method: 'POST', body }, z.unknown());
    },
  };
}

/** https://docs.bsky.app/docs/advanced-guides/posts#replies-quote-posts-and-embeds */
function replyTo(thread: readonly Ref[]): { root: StrongRef; parent: StrongRef } | undefined {
  const [root, parent] = [thread.at(0), thread.at(-1)];
  return root === undefined || parent === undefined
    ? undefined
    : { root: refOf(root), parent: refOf(parent) };
}

const textOfRef = ({ uri, cid }: StrongRef): Ref => `${uri} ${cid}`;

function refOf(ref: Ref): StrongRef {
  const [uri = '', cid = ''] = ref.split(' ');
  return { uri, cid };
}
