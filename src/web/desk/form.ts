import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { directionOf } from '../../alerts/language.ts';
import { URGENCIES, type Urgency } from '../../alerts/schema.ts';
import { DEFAULT_LIFE_MINUTES, type Fields } from './draft.ts';
import { clean, type Subject } from './drafted.ts';
import { withoutForbidden, type Faults, type FieldName } from './faults.ts';
import { field, fieldGroup, type ControlIds, type FieldOptions } from './field.ts';
import type { DeskShared } from './shared.ts';
import { fill } from './strings.ts';

export interface FormModel {
  readonly desk: DeskShared;
  readonly subject: Subject;
  readonly fields: Fields;
  readonly faults: Faults;
  readonly set: (changed: Partial<Fields>) => void;
}

/** Offered besides the languages that the pages speak. */
const MORE_LANGUAGES = ['fr', 'fa', 'ur', 'tr', 'ckb', 'he', 'es', 'de', 'ru', 'zh'];
const LIVES_MINUTES = [15, 30, DEFAULT_LIFE_MINUTES, 180, 360, 720, 1440, 4320];
const MOST_HEADLINE = 200;
const MOST_BODY = 1000;
const MOST_NOTE = 300;

/** The fields of the writing page. What a version cannot change is not among them. */
export function renderFields(model: FormModel): TemplateResult {
  const { text } = model.desk.words;
  const { change } = model.subject;
  if (change === 'retraction') {
    return textField(model, 'note', { label: text.reason, hint: text.reasonHint, most: MOST_NOTE, rows: 3 });
  }
  const isNew = change === 'new';
  return html`
    ${textField(model, 'headline', { label: text.headline, hint: text.headlineHint, most: MOST_HEADLINE, rows: 2 })}
    ${textField(model, 'body', { label: text.body, hint: text.bodyHint, most: MOST_BODY, rows: 3, optional: true })}
    ${
      isNew
        ? nothing
        : textField(model, 'note', {
            label: text.note,
            hint: text.noteHint,
            most: MOST_NOTE,
            rows: 2,
            optional: true,
          })
    }
    ${isNew ? topicsField(model) : fixedTopics(model)} ${urgencyField(model)}
    <div class="pair">
      ${isNew ? html`${languageField(model)} ${lifeField(model)}` : nothing}
      ${addressField(model, 'url', text.url, text.urlHint)}
      ${addressField(model, 'image', text.image, text.imageHint)}
    </div>
  `;
}

function optionsFor(
  { desk, faults }: FormModel,
  name: FieldName,
  label: string,
  hint?: string,
): FieldOptions & { readonly label: string } {
  return { words: desk.words, label, hint, fault: faults[name] };
}

function textField(
  model: FormModel,
  name: 'headline' | 'body' | 'note',
  shape: { label: string; hint: string; most: number; rows: number; optional?: boolean },
): TemplateResult {
  const { desk, fields, set } = model;
  const { text, number } = desk.words;
  const count = fill(text.characters, { n: number(clean(fields[name]).length), max: number(shape.most) });
  const options: FieldOptions = {
    ...optionsFor(model, name, shape.label, shape.hint),
    aside: shape.optional === true && fields[name] === '' ? text.optional : count,
    onRemoveCharacters: () => set({ [name]: withoutForbidden(fields[name]) }),
  };
  const onInput = (event: Event): void => {
    const { value } = event.target as HTMLTextAreaElement;
    // A headline is one line, also when it was pasted as two.
    set({ [name]: name === 'headline' ? value.replaceAll(/\s*\n\s*/g, ' ') : value });
  };
  const onKey = (event: KeyboardEvent): void => {
    if (name === 'headline' && event.key === 'Enter' && !event.ctrlKey && !event.metaKey)
      event.preventDefault();
  };
  return field(
    name,
    options,
    ({ id, describedBy, invalid }) => html`
      <textarea
        id=${id}
        name=${name}
        rows=${shape.rows}
        lang=${fields.lang}
        dir=${directionOf(fields.lang)}
        aria-describedby=${describedBy}
        aria-invalid=${invalid}
        aria-required=${shape.optional === true ? 'false' : 'true'}
        .value=${live(fields[name])}
        @input=${onInput}
        @keydown=${onKey}
      ></textarea>
    `,
  );
}

function addressField(model: FormModel, name: 'url' | 'image', label: string, hint: string): TemplateResult {
  const { desk, fields, set } = model;
  const options = { ...optionsFor(model, name, label, hint), aside: desk.words.text.optional };
  return field(
    name,
    options,
    ({ id, describedBy, invalid }) => html`
      <input
        id=${id}
        name=${name}
        type="url"
        inputmode="url"
        dir="ltr"
        placeholder="https://"
        autocomplete="off"
        spellcheck="false"
        aria-describedby=${describedBy}
        aria-invalid=${invalid}
        .value=${live(fields[name])}
        @input=${(event: Event) => set({ [name]: (event.target as HTMLInputElement).value })}
      />
    `,
  );
}

function languageField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const all = [...new Set([...desk.config.languages, ...MORE_LANGUAGES, fields.lang])];
  return selectField(model, 'lang', desk.words.text.lang, undefined, {
    value: fields.lang,
    choices: all.map((lang) => [lang, desk.words.languageName(lang)]),
    onChange: (lang) => set({ lang }),
  });
}

function lifeField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const { text, plural } = desk.words;
  const named = (minutes: number): string => {
    if (minutes < 60) return plural(minutes, text.minutes);
    return minutes < 1440 ? plural(minutes / 60, text.hours) : plural(minutes / 1440, text.days);
  };
  return selectField(model, 'lifeMinutes', text.life, text.lifeHint, {
    value: String(fields.lifeMinutes),
    choices: LIVES_MINUTES.map((minutes) => [String(minutes), named(minutes)]),
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

function urgencyField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const { text } = desk.words;
  const does: Record<Urgency, string> = {
    flash: text.flashDoes,
    urgent: text.urgentDoes,
    normal: text.normalDoes,
  };
  const choices = URGENCIES.map(
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
  );
  return fieldGroup(
    'urgency',
    optionsFor(model, 'urgency', text.urgency),
    html`<div class="choices">${choices}</div>`,
  );
}

function topicsField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const { text, language } = desk.words;
  const toggle = (id: string, on: boolean): void =>
    set({ topics: on ? [...fields.topics, id] : fields.topics.filter((topic) => topic !== id) });
  const boxes = desk.config.topics.map(
    ({ id, names }) => html`
      <label class="chip">
        <input
          type="checkbox"
          name="topics"
          value=${id}
          .checked=${live(fields.topics.includes(id))}
          @change=${(event: Event) => toggle(id, (event.target as HTMLInputElement).checked)}
        />
        <span>${names[language] ?? id}</span>
      </label>
    `,
  );
  return fieldGroup(
    'topics',
    optionsFor(model, 'topics', text.topics, text.topicsHint),
    html`<div class="chips">${boxes}</div>`,
  );
}

function fixedTopics({ desk, fields }: FormModel): TemplateResult {
  const { text, language, languageName } = desk.words;
  const names = fields.topics.map(
    (id) => desk.config.topics.find((topic) => topic.id === id)?.names[language] ?? id,
  );
  return html`<p class="hint fixed">
    ${text.topics}: <b>${names.join(language === 'ar' ? '، ' : ', ')}</b> · ${text.lang}:
    <b>${languageName(fields.lang)}</b>. ${text.fixed}
  </p>`;
}
