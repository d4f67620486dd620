import { createHash } from 'node:crypto';
import type { Message } from '../message.ts';
import { countGraphemes, textOf, withLink } from '../text.ts';

/** https://github.com/bluesky-social/atproto/blob/main/lexicons/app/bsky/feed/post.json */
const MOST_GRAPHEMES = 300;
const MOST_BYTES = 3000;
/** A longer link is shown shorter, and leads where it led. */
const MOST_SHOWN_LINK = 60;

/** A record, by its address and the hash of its content. */
export interface StrongRef {
  readonly uri: string;
  readonly cid: string;
}

const bytesOf = (text: string): number => Buffer.byteLength(text, 'utf8');

/** A post; the same message makes the same record. */
export function recordOf(
  message: Message,
  reply: { root: StrongRef; parent: StrongRef } | undefined,
): object {
  const shown = shownLink(message.link);
  const fits = (text: string): boolean => {
    const whole = withLink(text, shown);
    return countGraphemes(whole) <= MOST_GRAPHEMES && bytesOf(whole) <= MOST_BYTES;
  };
  const text = withLink(textOf(message, fits), shown);
  const byteEnd = bytesOf(text);
  return {
    $type: 'app.bsky.feed.post',
    text,
    facets: [
      {
        // In bytes of UTF-8: https://docs.bsky.app/docs/advanced-guides/post-richtext
        index: { byteStart: byteEnd - bytesOf(shown), byteEnd },
        features: [{ $type: 'app.bsky.richtext.facet#link', uri: message.link }],
      },
    ],
    langs: [message.lang],
    createdAt: message.at,
    ...(reply === undefined ? {} : { reply }),
  };
}

function shownLink(link: string): string {
  const short = link.replace(/^https?:\/\//, '');
  return short.length <= MOST_SHOWN_LINK ? short : `${short.slice(0, MOST_SHOWN_LINK - 1)}…`;
}

const LETTERS = '234567abcdefghijklmnopqrstuvwxyz';

/**
 * The key of a post's record, which must be a TID (https://atproto.com/specs/tid): 53 bits of microseconds, 10 bits of the
 * clock. What our times do not say comes from the hash of the post's key, so that the same post always has the same.
 * @param atMs ms since the epoch
 */
export function tidOf(atMs: number, key: string): string {
  const hash = createHash('sha256').update(key).digest();
  const micros = BigInt(atMs) * 1000n + BigInt(hash.readUInt16BE(0) % 1000);
  let rest = (micros << 10n) | BigInt(hash.readUInt16BE(2) & 0x3ff);
  let tid = '';
  for (let letter = 0; letter < 13; letter++) {
    tid = (LETTERS[Number(rest & 31n)] ?? '') + tid;
    rest >>= 5n;
  }
  return tid;
}
