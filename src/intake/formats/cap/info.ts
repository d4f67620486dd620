import { FieldFault } from '../field-fault.ts';
import { readLang } from '../lang.ts';
import type { CapFields } from './fields.ts';

/** What a message says in one language. */
export interface CapInfo {
  /** BCP 47. */
  readonly lang: string;
  readonly headline: string;
  readonly body: string | null;
  readonly urgency: 'flash' | 'urgent' | 'normal';
  readonly subjects: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | null;
}

/** CAP 1.2, section 3.2.2: the language of an `info` that names none. */
const DEFAULT_LANG = 'en-US';
const MOST_INFOS = 100;
const MOST_HEADLINE = 200;
const MOST_SUBJECTS = 200;
/** The most important first. */
const RANKS: Readonly<Record<'severity' | 'urgency' | 'certainty', readonly string[]>> = {
  severity: ['extreme', 'severe', 'moderate', 'minor', 'unknown'],
  urgency: ['immediate', 'expected', 'future', 'past', 'unknown'],
  certainty: ['observed', 'likely', 'possible', 'unlikely', 'unknown'],
};

/**
 * One `info` for each language, the most severe: offices write one for each region, and readers would get each of them.
 * @throws {FieldFault}
 */
export function readInfos(alert: CapFields): CapInfo[] {
  const infos = alert.all('info');
  if (infos.length > MOST_INFOS) throw new FieldFault('info', `must be there at most ${MOST_INFOS} times`);
  const byLang = new Map<string, CapFields[]>();
  for (const info of infos) {
    const lang = readLang(info.text('language') ?? DEFAULT_LANG);
    if (lang === undefined) throw new FieldFault('language', 'must be a language tag such as ar or en-US');
    byLang.set(lang, [...(byLang.get(lang) ?? []), info]);
  }
  return [...byLang].map(([lang, same]) => {
    const [first] = same.toSorted((a, b) => rankOf(a) - rankOf(b));
    return readInfo(lang, first as CapFields, same);
  });
}

function readInfo(lang: string, info: CapFields, same: readonly CapFields[]): CapInfo {
  const areas = info.all('area').flatMap((area) => area.texts('areaDesc'));
  const [area] = areas;
  const event = info.required('event');
  const headline = info.text('headline') ?? (area === undefined ? event : `${event}: ${area}`);
  const body = [info.text('description'), info.text('instruction')].filter((text) => text !== undefined);
  return {
    lang,
    headline: cut(headline.replace(/\s+/g, ' ')),
    // One paragraph: what to do belongs to what happens.
    body: body.length === 0 ? null : body.join(' ').replace(/\s+/g, ' '),
    urgency: urgencyOf(info),
    subjects: [...new Set(same.flatMap(subjectsOf))].slice(0, MOST_SUBJECTS),
    expiresAt: info.time('expires') ?? null,
  };
}

function word(info: CapFields, name: keyof typeof RANKS): string {
  const written = info.required(name).toLowerCase();
  if (!RANKS[name].includes(written)) throw new FieldFault(name, `must be one of ${RANKS[name].join(', ')}`);
  return written;
}

const rankOf = (info: CapFields): number =>
  (['severity', 'urgency', 'certainty'] as const).reduce(
    (rank, name) => rank * 10 + RANKS[name].indexOf(word(info, name)),
    0,
  );

/** Severe, and it happens now for sure: a flash. Severe, and it comes soon: urgent. Anything else: normal. */
function urgencyOf(info: CapFields): CapInfo['urgency'] {
  const [severity, urgency, certainty] = [
    word(info, 'severity'),
    word(info, 'urgency'),
    word(info, 'certainty'),
  ];
  if (severity !== 'extreme' && severity !== 'severe') return 'normal';
  if (urgency === 'immediate') return certainty === 'observed' || certainty === 'likely' ? 'flash' : 'urgent';
  return urgency === 'expected' ? 'urgent' : 'normal';
}

/** What the source's settings may turn into topics. */
function subjectsOf(info: CapFields): string[] {
  const values = ['eventCode', 'area'].flatMap((name) => info.all(name));
  const codes = values.flatMap((one) => [...one.texts('value'), ...one.texts('areaDesc')]);
  const places = values.flatMap((one) => one.all('geocode')).flatMap((code) => code.texts('value'));
  return [...info.texts('event'), ...info.texts('category'), ...codes, ...places]
    .map((text) => text.toLowerCase())
    .filter((text) => text.length <= 300);
}

/** At a word: a warning is not refused for the length of its headline. */
function cut(text: string): string {
  if (text.length <= MOST_HEADLINE) return text;
  // Not within a pair of surrogates.
  const start = text.slice(0, MOST_HEADLINE - 1).replace(/[\uD800-\uDBFF]$/, '');
  const end = start.lastIndexOf(' ');
  return `${end > MOST_HEADLINE / 2 ? start.slice(0, end) : start}…`;
}
