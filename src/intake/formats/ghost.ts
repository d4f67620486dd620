import { z } from 'zod';
import { EMPTY_ITEM, type Format, type Item } from '../item.ts';
import { reason } from '../reasons.ts';
import { htmlText } from './html-text.ts';
import { readJson } from './json.ts';
import { readLang } from './lang.ts';
import { readTime } from './time.ts';

const text = z.string().max(1_000_000).nullish();
const tagSchema = z.object({
  name: z.string(),
  slug: z.string().nullish(),
  visibility: z.string().nullish(),
});

/**
 * A webhook of Ghost about a post (https://ghost.org/docs/webhooks/): the post as it is, and of what has changed, how it was.
 * Which event it was is not in it: `post.published`, `post.published.edited` and `post.unpublished` are told apart by the status.
 */
const bodySchema = z.object({
  post: z.object({
    current: z.object({
      id: z.string().min(1).max(200),
      title: text,
      url: text,
      custom_excerpt: text,
      excerpt: text,
      status: z.string().nullish(),
      locale: text,
      updated_at: text,
      tags: z.array(tagSchema).max(500).nullish(),
    }),
    previous: z.object({ status: z.string().nullish() }).nullish(),
  }),
});
type Body = z.infer<typeof bodySchema>['post'];

export const readGhost: Format = (bytes) => {
  const read = readJson(bytes, bodySchema);
  return 'fault' in read ? read : { items: [toItem(read.data.post)] };
};

/** Internal tags, which readers do not see, by what they ask for. */
const ASKING: Readonly<Record<string, string>> = {
  '#update': 'update',
  '#تحديث': 'update',
  '#correction': 'correction',
  '#تصحيح': 'correction',
  '#retraction': 'retraction',
  '#سحب': 'retraction',
};
const URGENT: Readonly<Record<string, string>> = {
  '#flash': 'flash',
  '#urgent': 'urgent',
  '#normal': 'normal',
};

function toItem({ current, previous }: Body): Item {
  const tags = (current.tags ?? []).map(({ name }) => name.trim().toLowerCase());
  const isPublished = current.status === 'published';
  const isUnpublished = !isPublished && previous?.status === 'published';
  const asks = firstOf(ASKING, tags) ?? null;
  const isTakenBack = isUnpublished || asks === 'retraction';
  const title = htmlText(current.title ?? '');
  return {
    ...EMPTY_ITEM,
    id: current.id,
    version: { number: null, madeAt: readTime(current.updated_at ?? '') ?? null },
    change: isTakenBack ? 'withdrawal' : asks === 'correction' ? 'correction' : 'update',
    asks,
    unfit: isPublished || isUnpublished ? null : reason('not-published', { status: current.status ?? '' }),
    headline: title,
    body: htmlText(current.custom_excerpt ?? current.excerpt ?? '') || null,
    url: current.url?.trim() || null,
    page: current.url ?? '',
    lang: readLang(current.locale) ?? null,
    marks: tags,
    subjects: (current.tags ?? []).flatMap(({ name, slug }) =>
      [name, slug ?? ''].map((word) => word.trim().toLowerCase()).filter((word) => word !== ''),
    ),
    urgency: firstOf(URGENT, tags) ?? null,
  };
}

const firstOf = (table: Readonly<Record<string, string>>, tags: readonly string[]): string | undefined =>
  tags
    .map((tag) => (Object.hasOwn(table, tag) ? table[tag] : undefined))
    .find((found) => found !== undefined);
