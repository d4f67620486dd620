import { z } from 'zod';
import { EMPTY_ITEM, type Format, type Item } from '../item.ts';
import { htmlText } from './html-text.ts';
import { readJson } from './json.ts';
import { readLang } from './lang.ts';

/** What our plugin sends (integrations/wordpress). A CMS of your own may send the same. */
const bodySchema = z.strictObject({
  /** Names the post in the whole world: its site, and its number there. */
  id: z.string().trim().min(1).max(500),
  /** Counts what the post's editors have asked for. */
  version: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
  change: z.enum(['new', 'update', 'correction', 'retraction']),
  headline: z.string().max(2000).default(''),
  text: z.string().max(100_000).nullable().default(null),
  url: z.string().max(2048).nullable().default(null),
  lang: z.string().max(40).nullable().default(null),
  urgency: z.string().max(40).nullable().default(null),
  categories: z.array(z.string().max(300)).max(200).default([]),
  note: z.string().max(300).nullable().default(null),
});
type Body = z.infer<typeof bodySchema>;

export const readWordpress: Format = (bytes) => {
  const read = readJson(bytes, bodySchema);
  if ('fault' in read) return read;
  if (read.data.change !== 'retraction' && read.data.headline.trim() === '') {
    return { fault: 'is missing: an alert needs a headline', pointer: '/headline' };
  }
  return { items: [toItem(read.data)] };
};

const CHANGES = {
  new: 'update',
  update: 'update',
  correction: 'correction',
  retraction: 'withdrawal',
} as const satisfies Record<Body['change'], Item['change']>;

function toItem({ id, version, change, headline, text, url, lang, urgency, categories, note }: Body): Item {
  return {
    ...EMPTY_ITEM,
    id,
    version: { number: version, madeAt: null },
    change: CHANGES[change],
    // A post whose alert is there is not sent as new once more, whatever its site has forgotten.
    asks: change === 'new' ? null : `${change} ${version}`,
    note: note === null || note.trim() === '' ? null : note,
    headline: htmlText(headline),
    body: text === null ? null : htmlText(text) || null,
    url: url?.trim() || null,
    lang: readLang(lang) ?? null,
    subjects: categories.map((category) => category.trim().toLowerCase()),
    urgency,
  };
}
