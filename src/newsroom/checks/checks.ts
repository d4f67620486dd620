import { canonicalArticle } from '../../alerts/canonical-article.ts';
import type { AlertStatus } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import { isInAnotherScript } from '../../alerts/script-check.ts';
import { PageFault, type FetchPage, type Page } from '../articles/fetch-page.ts';
import { textOfPage } from '../articles/article.ts';
import { guardMsOf, type SettingsStore } from '../settings.ts';
import type { Phrases } from './phrases.ts';
import { areSimilar } from './similar.ts';
import type { Warning } from './warning.ts';

/** A text that an editor is about to send. */
export interface Checked {
  readonly headline: string;
  readonly body?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly url?: string | null | undefined;
  readonly lang: string;
  /** The alert that it changes. */
  readonly alertId?: string | null | undefined;
}

/** Alerts that are looked at for a similar headline. */
const MOST_LOOKED_AT = 300;
const PAGE = 100;
/** Fewer capital letters than this are an abbreviation. */
const FEWEST_CAPITALS = 12;
const OVER: ReadonlySet<AlertStatus> = new Set(['cancelled', 'retracted']);

/** What an editor should look at before sending. Nothing is refused by it. */
export function createChecks(deps: {
  readonly alerts: Pick<AlertStore, 'list'>;
  readonly settings: Pick<SettingsStore, 'get'>;
  readonly phrases: Phrases;
  readonly fetchPage: FetchPage;
  readonly now: () => number;
}): (checked: Checked) => Promise<readonly Warning[]> {
  async function similar({ headline, lang, alertId }: Checked): Promise<Warning[]> {
    const since = deps.now() - guardMsOf(await deps.settings.get());
    let before: string | undefined;
    for (let looked = 0; looked < MOST_LOOKED_AT; looked += PAGE) {
      const page = await deps.alerts.list({ view: 'all', topics: [], lang, limit: PAGE, before });
      for (const alert of page.alerts) {
        if (Date.parse(alert.publishedAt ?? alert.createdAt) < since) return [];
        if (alert.id === alertId || OVER.has(alert.status)) continue;
        if (areSimilar(alert.headline, headline)) return [{ check: 'similar', alertId: alert.id }];
      }
      if (page.next === undefined) return [];
      before = page.next;
    }
    return [];
  }

  function phrases({ headline, body, note, lang }: Checked): Warning[] {
    const text = [headline, body, note].filter(Boolean).join('\n');
    const second = deps.phrases.find('approval', text, lang);
    if (second !== undefined) return [{ check: 'second-person', phrase: second }];
    const phrase = deps.phrases.find('warn', text, lang);
    return phrase === undefined ? [] : [{ check: 'phrase', phrase }];
  }

  async function article({ headline, url }: Checked): Promise<Warning[]> {
    if (typeof url !== 'string') return [];
    try {
      const page = await deps.fetchPage(url);
      return [...elsewhere(url, page), ...otherNumbers(headline, page)];
    } catch (error) {
      if (error instanceof PageFault) return [{ check: 'link', reason: error.message }];
      throw error;
    }
  }

  return async (checked) => {
    const { headline, body, lang } = checked;
    const [similarTo, ofArticle] = await Promise.all([similar(checked), article(checked)]);
    return [
      ...similarTo,
      ...phrases(checked),
      ...(isInCapitals(headline) ? [{ check: 'capitals' } as const] : []),
      ...(isInAnotherScript(`${headline} ${body ?? ''}`, lang) ? [{ check: 'language' } as const] : []),
      ...ofArticle,
    ];
  };
}

/** All letters that could be small are capitals: readers read it as shouting, and screen readers may spell it. */
export function isInCapitals(headline: string): boolean {
  const capitals = headline.match(/\p{Lu}/gu)?.length ?? 0;
  return capitals >= FEWEST_CAPITALS && !/\p{Ll}/u.test(headline);
}

/** The link leads to another article than it says, as a site's front page does that answers for an article that is not there. */
function elsewhere(url: string, page: Page): Warning[] {
  return canonicalArticle(url) === canonicalArticle(page.url) ? [] : [{ check: 'elsewhere', url: page.url }];
}

/** Numbers of the headline that the page does not have. One digit alone is often a word there. */
function otherNumbers(headline: string, page: Page): Warning[] {
  const numbers = numbersIn(headline).filter((number) => number.length > 1);
  if (numbers.length === 0) return [];
  const there = new Set(numbersIn(textOfPage(page)));
  const missing = numbers.filter((number) => !there.has(number));
  return missing.length === 0 ? [] : [{ check: 'numbers', numbers: missing }];
}

/** Digits of each script as Western ones, without the separators of thousands. */
function numbersIn(text: string): string[] {
  const western = text
    .replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 15))
    .replace(/(?<=\d)[,.\u066c\u00a0\u202f](?=\d{3}(?!\d))/g, '');
  return western.match(/\d+/g) ?? [];
}
