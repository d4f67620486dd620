import { htmlText } from '../html-text.ts';
import { fieldsOf, isObject, type Fields } from './fields.ts';

/** Of texts that turn out to be empty so much is read, UTF-16 units: a hostile item has thousands of them. */
const MOST_READ = 30_000;
const MOST_LISTED = 100;

/**
 * A text of an item. 1.x has one field for each, with or without a role in its name (`headline`, `headline_main`,
 * `body_html`); 2.x and 3.x have a list of `{role, contenttype, value}`. Undefined: there is none with a letter in it.
 * @param roles the preferred ones, best first
 */
export function textOf(
  fields: Fields,
  { name, list, roles }: { name: string; list: string; roles: readonly string[] },
): string | undefined {
  const written = [
    fields.find(name)?.value,
    ...roles.map((role) => fields.find(`${name}_${role}`)?.value),
    ...listed(fields.find(list)?.value, roles),
    ...fields.beginning(`${name}_`),
  ];
  let left = MOST_READ;
  for (const value of written) {
    if (left <= 0) break;
    if (typeof value !== 'string') continue;
    left -= 1 + value.length;
    const text = htmlText(value);
    if (text !== '') return text;
  }
  return undefined;
}

function listed(list: unknown, roles: readonly string[]): unknown[] {
  if (!Array.isArray(list)) return [];
  const rank = (role: unknown): number => {
    const place = typeof role === 'string' ? roles.indexOf(role.toLowerCase()) : -1;
    return place < 0 ? roles.length : place;
  };
  return list
    .slice(0, MOST_LISTED)
    .filter(isObject)
    .map((entry) => fieldsOf(entry))
    .map((entry) => ({ rank: rank(entry.find('role')?.value), value: entry.find('value')?.value }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}
