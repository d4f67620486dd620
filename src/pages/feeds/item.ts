import { changeName, labelName, titleOf } from '../../alerts/naming.ts';
import type { Alert } from '../../alerts/schema.ts';
import { ALERT_PAGE } from '../../words/words.ts';
import { isBreaking } from '../common/front-page-data.ts';
import { pageLanguage } from '../page-parts.ts';

/** An alert as feeds tell it, in plain text. */
export interface FeedItem {
  readonly alert: Alert;
  readonly title: string;
  /** Empty if there is nothing but the title. */
  readonly text: string;
  /** Where the title leads: the article, or the alert's page. */
  readonly link: string;
  /** The alert's own page, which has all versions. */
  readonly page: string;
  /** The page with all alerts of its story. */
  readonly story: string | undefined;
  /** RFC 3339: of the first version, and of this one. */
  readonly published: string;
  readonly updated: string;
  readonly isBreaking: boolean;
  /** The name of breaking news in the item's language. */
  readonly breaking: string;
  readonly picture: { readonly url: string; readonly alt: string; readonly credit: string } | undefined;
}

/**
 * A reader of feeds shows the newest text that it has under an id, in the place of those before it. So a retraction stands in
 * its alert's place and says nothing of what was wrong; a correction says in its text what it corrects.
 * @param published when the first version became public
 */
export function feedItem(alert: Alert, published: string, publicUrl: string, nowMs: number): FeedItem {
  const { lang, urgency, change, note } = alert;
  const page = `${publicUrl}/a/${alert.id}`;
  const common = {
    alert,
    page,
    story: alert.story === null ? undefined : `${publicUrl}/stories/${alert.story}`,
    published,
    updated: alert.publishedAt ?? alert.createdAt,
    isBreaking: isBreaking(alert, nowMs),
    breaking: labelName({ change: 'new', urgency }, lang, false),
  };
  const name = changeName(change, lang);
  if (change === 'retraction') {
    const text = linesOf(ALERT_PAGE[pageLanguage(lang)].retracted, note);
    return { ...common, title: name, text, link: page, picture: undefined };
  }
  const told = change === 'new' || note === null ? null : `${name}: ${note}`;
  return {
    ...common,
    title: titleOf(alert, lang),
    text: linesOf(told, alert.body),
    link: alert.url ?? page,
    picture:
      alert.image === null
        ? undefined
        : { url: alert.image, alt: alert.imageAlt ?? '', credit: alert.imageCredit ?? '' },
  };
}

const linesOf = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join('\n\n');
