import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { PublicConfig } from '../../../pages/common/front-page-data.ts';
import type { Language } from '../../../words/language.ts';
import { CARD, URGENCIES_ASKED } from '../../../words/reader-words.ts';
import type { Preferences } from '../../subscription/preferences.ts';
import { languageName, timeName, zoneName } from './names.ts';
import type { Control } from './patch-of.ts';
import { areQuiet, timesOfDay } from './quiet-hours.ts';

/** Daily caps to choose from. */
const CAPS = [1, 3, 5, 10, 20];

/** The choices of a new reader: the newsroom's default topics, breaking news, the page's language. */
export function firstChoice(config: PublicConfig, language: Language): Preferences {
  const topics = config.topics.filter((topic) => topic.default).map(({ id }) => id);
  return { topics, urgency: 'urgent', lang: language };
}

/** The choices in one line, for a reader who has not opened the form. */
export function describeChoice(choice: Preferences, config: PublicConfig, language: Language): string {
  const text = CARD[language];
  const topics = config.topics.filter(({ id }) => choice.topics.includes(id));
  const names = new Intl.ListFormat(language).format(topics.map(({ names, id }) => names[language] ?? id));
  const { lang, quietHours, dailyCap } = choice;
  const parts = [
    names,
    URGENCIES_ASKED[language][choice.urgency],
    lang === undefined ? text.anyLanguage : languageName(lang, language),
    ...(areQuiet(quietHours)
      ? [`${text.quiet} ${timeName(quietHours.start, language)} – ${timeName(quietHours.end, language)}`]
      : []),
    ...(dailyCap === undefined ? [] : [`${text.capShort} ${dailyCap}`]),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** What comes: topics, urgency and language to choose; inside a form. */
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
      ${languages.map((lang) =>
        option('radio', 'lang', lang, languageName(lang, language), choice.lang === lang),
      )}
      ${option('radio', 'lang', '', text.anyLanguage, choice.lang === undefined)}
    </fieldset>
  `;
}

/** How often and when it comes: quiet hours and daily cap. */
export function renderRest({ quietHours, dailyCap }: Preferences, language: Language): TemplateResult {
  const text = CARD[language];
  const caps = [...new Set([...CAPS, ...(dailyCap === undefined ? [] : [dailyCap])])].sort((a, b) => a - b);
  return html`
    <fieldset>
      <legend>${text.quiet}</legend>
      ${option('checkbox', 'quiet', 'on', text.quietOn, areQuiet(quietHours))}
      ${
        areQuiet(quietHours)
          ? html`
              <p class="hours">
                ${timeChoice('quiet-start', text.quietFrom, quietHours.start, quietHours.end, language)}
                ${timeChoice('quiet-end', text.quietTo, quietHours.end, quietHours.start, language)}
              </p>
              ${option('checkbox', 'quiet-flash', 'on', text.quietFlash, quietHours.flash !== false)}
              <p class="hint">${zoneName(quietHours.timeZone, language)}. ${text.quietMore}</p>
            `
          : nothing
      }
    </fieldset>
    <fieldset>
      <legend>${text.cap}</legend>
      ${option('radio', 'cap', '', text.capNone, dailyCap === undefined)}
      ${caps.map((cap) => option('radio', 'cap', String(cap), String(cap), dailyCap === cap))}
      ${dailyCap === undefined ? nothing : html`<p class="hint">${text.capMore}</p>`}
    </fieldset>
  `;
}

function option(
  type: 'checkbox' | 'radio',
  name: Control,
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

/** @param other the time at the other end: hours that end when they start would be none */
function timeChoice(
  name: Control,
  label: string,
  chosen: string,
  other: string,
  language: Language,
): TemplateResult {
  const times = timesOfDay(chosen).filter((time) => time !== other);
  return html`
    <label>
      ${label}
      <select name=${name}>
        ${times.map(
          (time) =>
            html`<option value=${time} .selected=${live(time === chosen)}>
              ${timeName(time, language)}
            </option>`,
        )}
      </select>
    </label>
  `;
}
