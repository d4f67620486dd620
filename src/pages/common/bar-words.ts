import { labelName } from '../../alerts/naming.ts';
import { primaryLanguage } from '../../alerts/language.ts';
import type { Alert } from '../../alerts/schema.ts';
import { CLOSE } from '../../words/words.ts';

/** Arabic newsrooms write European digits. */
const LOCALES: Readonly<Record<string, string>> = { ar: 'ar-u-nu-latn' };

const ATTRIBUTES = {
  new: 'label',
  update: 'label-update',
  correction: 'label-correction',
  retraction: 'label-retraction',
} as const satisfies Record<Alert['change'], string>;

/** The attributes that hold a site's own words, in any language. */
export const WORD_ATTRIBUTES = [...Object.values(ATTRIBUTES), 'label-normal', 'label-close'];

/** The word in front of the headline: the site's, otherwise ours in the alert's language. */
export const labelOf = (alert: Alert, site: (attribute: string) => string | null): string =>
  site(attributeOf(alert)) ?? labelName(alert, alert.lang, false);

/** A quiet alert does not get a site's word for breaking news. */
const attributeOf = ({ change, urgency }: Alert): string =>
  change === 'new' && urgency === 'normal' ? 'label-normal' : ATTRIBUTES[change];

const closes: Readonly<Record<string, string>> = CLOSE;

export const closeLabel = (lang: string, site: (attribute: string) => string | null): string =>
  site('label-close') ?? closes[primaryLanguage(lang)] ?? CLOSE.en;

/** "3 minutes ago" within the hour, then the time of day, in the alert's language. */
export function ageOf(alert: Alert, nowMs: number): string {
  const locale = LOCALES[primaryLanguage(alert.lang)] ?? alert.lang;
  const at = new Date(alert.publishedAt ?? alert.createdAt);
  const minutes = Math.max(0, Math.floor((nowMs - at.getTime()) / 60_000));
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  if (minutes === 0) return relative.format(0, 'second');
  if (minutes < 60) return relative.format(-minutes, 'minute');
  return new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(at);
}
