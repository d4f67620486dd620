import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Urgency } from '../../alerts/schema.ts';
import type { Preferences } from '../subscription/record.ts';
import type { PublicConfig } from '../../pages/common/front-page-data.ts';
import type { Language } from '../../words/language.ts';
import { CARD, URGENCIES_ASKED } from '../../words/reader-words.ts';

/** The choices of a new reader: the newsroom's default topics, breaking news, the page's language. */
export function firstChoice(config: PublicConfig, language: Language): Preferences {
  const topics = config.topics.filter((topic) => topic.default).map(({ id }) => id);
  return { topics, urgency: 'urgent', lang: language };
}

/**
 * The choices of the form, and those of `before` that the form does not show: also topics that the newsroom deleted, whose
 * readers have them again if they come back.
 */
export function readChoice(form: HTMLFormElement, before: Preferences, config: PublicConfig): Preferences {
  const shown = new Set(config.topics.map(({ id }) => id));
  const { lang: _lang, ...rest } = before;
  const data = new FormData(form);
  const lang = (data.get('lang') ?? '') as string;
  return {
    ...rest,
    topics: [...data.getAll('topic').map(String), ...before.topics.filter((topic) => !shown.has(topic))],
    urgency: data.get('urgency') as Urgency,
    ...(lang === '' ? {} : { lang }),
  };
}

/** The choices in one line, for a reader who has not opened the form. */
export function describeChoice(choice: Preferences, config: PublicConfig, language: Language): string {
  const topics = config.topics.filter(({ id }) => choice.topics.includes(id));
  const names = new Intl.ListFormat(language).format(topics.map(({ names, id }) => names[language] ?? id));
  const speech = choice.lang === undefined ? CARD[language].anyLanguage : nameOf(choice.lang, language);
  return [names, URGENCIES_ASKED[language][choice.urgency], speech].join(' · ');
}

/** Topics, urgency and language to choose; inside a form. */
export function renderChoices(choice: Preferences, config: PublicConfig, language: Language): TemplateResult {
  const text = CARD[language];
  const languages = [...new Set([...config.languages, ...(choice.lang === undefined ? [] : [choice.lang])])];
  return html`
    <fieldset>
      <legend>${text.topics}</legend>
      ${config.topics.map(({ id, names }) =>
        option('checkbox', 'topic', id, names[language] ?? id, choice.topics.includes(id)),
      )}
    </fieldset>
    <fieldset>
      <legend>${text.urgency}</legend>
      ${config.urgencies.map((urgency) =>
        option('radio', 'urgency', urgency, URGENCIES_ASKED[language][urgency], choice.urgency === urgency),
      )}
    </fieldset>
    <fieldset>
      <legend>${text.language}</legend>
      ${languages.map((lang) => option('radio', 'lang', lang, nameOf(lang, language), choice.lang === lang))}
      ${option('radio', 'lang', '', text.anyLanguage, choice.lang === undefined)}
    </fieldset>
  `;
}

function option(
  type: 'checkbox' | 'radio',
  name: string,
  value: string,
  label: string,
  checked: boolean,
): TemplateResult {
  return html`
    <label class="option">
      <input type=${type} name=${name} value=${value} .checked=${live(checked)} /><span>${label}</span>
    </label>
  `;
}

const nameOf = (lang: string, language: Language): string =>
  new Intl.DisplayNames([language], { type: 'language' }).of(lang) ?? lang;
