import type { Format, Item } from '../../../src/intake/item.ts';

/** A tiny format, as small as one can be: `id version change headline…` a line. It shows that a format is one function. */
export const readLines: Format = (bytes) => {
  const lines = bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /^(\S+) (\d+) (update|correction|withdrawal|hold) (.+)$/.exec(line));
  if (lines.includes(null)) return { fault: 'Write each line as: id version change headline.', pointer: '' };
  return {
    items: lines.flatMap((found) => {
      if (found === null) return [];
      const [, id = '', number, change = '', headline = ''] = found;
      return anItem({
        id,
        version: { number: Number(number), madeAt: null },
        change: change as Item['change'],
        headline,
      });
    }),
  };
};

export const anItem = (fields: Partial<Item>): Item => ({
  id: 'item',
  edition: null,
  version: { number: 1, madeAt: null },
  follows: [],
  change: 'update',
  unfit: null,
  stale: null,
  headline: '',
  body: null,
  lang: null,
  subjects: ['world'],
  urgency: '2',
  isSensitive: false,
  embargoedUntil: null,
  expiresAt: null,
  ...fields,
});
