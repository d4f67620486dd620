import { z } from 'zod';
import { langSchema, lineSchema } from './schema.ts';

const MOST_NAMES = 40;

/** A name in several languages, by BCP 47 tag in canonical form. @param max characters of each */
export const namesSchema = (max: number) =>
  z
    .record(z.string(), lineSchema(max))
    .refine((names) => Object.keys(names).length > 0, 'must have a name in at least one language')
    .refine((names) => Object.keys(names).length <= MOST_NAMES, `must have at most ${MOST_NAMES} names`)
    .transform((names, context) => {
      const byLanguage: Record<string, string> = {};
      for (const [tag, name] of Object.entries(names)) {
        const { data: lang } = langSchema.safeParse(tag);
        if (lang !== undefined && !Object.hasOwn(byLanguage, lang)) {
          byLanguage[lang] = name;
          continue;
        }
        const message =
          lang === undefined
            ? 'must be a BCP 47 language tag such as ar, en or pt-BR'
            : 'names a language twice';
        context.addIssue({ code: 'custom', path: [tag], message });
      }
      return byLanguage;
    });
