import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { URGENCIES, type Urgency } from '../../../alerts/schema.ts';
import { DEFAULT_LIFE_MINUTES } from './draft.ts';
import type { FieldName } from './faults.ts';
import { field, fieldGroup, type ControlIds } from './field.ts';
import { optionsFor, type FormModel } from './form-model.ts';
import { inLanguage } from './story.ts';
import { topicNames } from '../topic-names.ts';

/** Offered besides the languages that the pages speak. */
const MORE_LANGUAGES = ['fr', 'fa', 'ur', 'tr', 'ckb', 'he', 'es', 'de', 'ru', 'zh'];
const LIVES_MINUTES = [15, 30, DEFAULT_LIFE_MINUTES, 180, 360, 720, 1440, 4320];
const HOUR = 60;
const DAY = 24 * HOUR;

export function topicsField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const { text, language } = desk.words;
  const options = optionsFor(model, 'topics', text.topics, text.topicsHint);
  const toggle = (id: string, on: boolean): void =>
    // What a kept draft names and the newsroom no longer has cannot be seen here: it goes with the next choice.
    set({
      topics: desk.config.topics
        .map((topic) => topic.id)
        .filter((known) => (known === id ? on : fields.topics.includes(known))),
    });
  return fieldGroup(
    'topics',
    options,
    ({ describedBy, invalid }) => html`
      <div class="chips">
        ${desk.config.topics.map(
          ({ id, names }) => html`
            <label class="chip">
              <input
                type="checkbox"
                name="topics"
                value=${id}
                aria-describedby=${describedBy}
                aria-invalid=${invalid}
                .checked=${live(fields.topics.includes(id))}
                @change=${(event: Event) => toggle(id, (event.target as HTMLInputElement).checked)}
              />
              <span>${names[language] ?? id}</span>
            </label>
          `,
        )}
      </div>
    `,
  );
}

/** What cannot change any more, and why. */
export function fixedTopics({ desk, fields }: FormModel): TemplateResult {
  const { text, languageName } = desk.words;
  return html`<p class="hint fixed">
    ${text.topics}: <b>${topicNames(fields.topics, desk.config, desk.words)}</b> · ${text.lang}:
    <b>${languageName(fields.lang)}</b>. ${text.fixed}
  </p>`;
}

export function urgencyField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const { text } = desk.words;
  const does: Record<Urgency, string> = {
    flash: text.flashDoes,
    urgent: text.urgentDoes,
    normal: text.normalDoes,
  };
  return fieldGroup(
    'urgency',
    optionsFor(model, 'urgency', text.urgency),
    () => html`
      <div class="choices">
        ${URGENCIES.map(
          (urgency) => html`
            <label class="choice">
              <input
                type="radio"
                name="urgency"
                value=${urgency}
                .checked=${live(fields.urgency === urgency)}
                @change=${() => set({ urgency })}
              />
              <span><strong>${text[urgency]}</strong> <small>${does[urgency]}</small></span>
            </label>
          `,
        )}
      </div>
    `,
  );
}

export function languageField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const all = [...new Set([...desk.config.languages, ...MORE_LANGUAGES, fields.lang])];
  return selectField(model, 'lang', desk.words.text.lang, undefined, {
    value: fields.lang,
    choices: all.map((lang) => [lang, desk.words.languageName(lang)]),
    onChange: (lang) => set(inLanguage(lang, fields, desk)),
  });
}

export function lifeField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const { text, plural } = desk.words;
  const named = (minutes: number): string => {
    if (minutes < HOUR) return plural(minutes, text.minutes);
    return minutes < DAY ? plural(minutes / HOUR, text.hours) : plural(minutes / DAY, text.days);
  };
  return selectField(model, 'lifeMinutes', text.life, text.lifeHint, {
    value: String(fields.lifeMinutes),
    choices: [...new Set([...LIVES_MINUTES, fields.lifeMinutes])].map((minutes) => [
      String(minutes),
      named(minutes),
    ]),
    onChange: (value) => set({ lifeMinutes: Number(value) }),
  });
}

function selectField(
  model: FormModel,
  name: FieldName,
  label: string,
  hint: string | undefined,
  select: { value: string; choices: [string, string][]; onChange: (value: string) => void },
): TemplateResult {
  const control = ({ id, describedBy, invalid }: ControlIds): TemplateResult => html`
    <select
      id=${id}
      name=${name}
      aria-describedby=${describedBy}
      aria-invalid=${invalid}
      @change=${(event: Event) => select.onChange((event.target as HTMLSelectElement).value)}
    >
      ${select.choices.map(
        ([value, shown]) =>
          html`<option value=${value} .selected=${value === select.value}>${shown}</option>`,
      )}
    </select>
  `;
  return field(name, optionsFor(model, name, label, hint), control);
}
