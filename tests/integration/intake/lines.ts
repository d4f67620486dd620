import type { Format } from '../../../src/intake/item.ts';

/** A tiny format, as small as one can be: `id order change headline…` a line. It shows that a format is one function. */
export const readLines: Format = (bytes) => {
  const items = bytes
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /^(\S+) (\d+) (update|correction|withdrawal) (.+)$/.exec(line));
  if (items.includes(null)) return { fault: 'Write each line as: id order change headline.' };
  return {
    items: items.flatMap((found) => {
      if (found === null) return [];
      const [, id = '', order, change = '', headline = ''] = found;
      return {
        id,
        order: Number(order),
        change: change as 'update' | 'correction' | 'withdrawal',
        headline,
        body: null,
        url: null,
        lang: 'ar',
        topics: ['world'],
        urgency: 'urgent' as const,
        expiresAt: null,
        sendAt: null,
        note: null,
      };
    }),
  };
};
