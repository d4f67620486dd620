import { langSchema } from '../../alerts/schema.ts';

/** A language tag in its canonical form, as machines write it: `ar_SA`, `zh-tw`. Undefined: it is none. */
export function readLang(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return langSchema.safeParse(value.trim().replaceAll('_', '-')).data;
}
