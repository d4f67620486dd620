import { primaryLanguage } from '../../alerts/language.ts';
import { LANGUAGES } from '../../words/language.ts';
import { READER } from '../../words/reader-words.ts';

/** How the newsroom is seen: the part of its settings that pages show. */
export interface Identity {
  /** By BCP 47 tag. */
  readonly name: Readonly<Record<string, string>>;
  readonly homeUrl: string | null;
  readonly logo: string | null;
  /** `#rrggbb` */
  readonly colour: string | null;
}

/** What pages show while the settings cannot be read. */
export const OURS: Identity = {
  name: Object.fromEntries(LANGUAGES.map((language) => [language, READER[language].title])),
  homeUrl: null,
  logo: null,
  colour: null,
};

export const OUR_LOGO = '/icon.svg';
export const OUR_COLOUR = '#b3121d';

/** The newsroom's name for readers of a language; if it has none, the name in the first language that it has. */
export function nameIn({ name }: Pick<Identity, 'name'>, lang: string): string {
  const names = Object.entries(name);
  const same = names.find(([tag]) => primaryLanguage(tag) === primaryLanguage(lang));
  const known = LANGUAGES.flatMap((language) => name[language] ?? []);
  return name[lang] ?? same?.[1] ?? known[0] ?? names[0]?.[1] ?? '';
}
