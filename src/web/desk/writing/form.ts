import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { directionOf } from '../../../alerts/language.ts';
import { fixedTopics, languageField, lifeField, topicsField, urgencyField } from './choices.ts';
import { clean } from './drafted.ts';
import { withoutForbidden } from './faults.ts';
import { field, type FieldOptions } from './field.ts';
import { optionsFor, type FormModel } from './form-model.ts';
import { lineField } from './line-field.ts';
import { fill } from '../words/words.ts';
import { pictureFields } from './picture.ts';
import { silentField } from './silent.ts';
import { articleStart } from './article.ts';
import { storyField } from './story.ts';
import { sendAtField } from './when.ts';

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
  // Nobody has the first version of an alert yet: all of it can change.
  const isFirst = change === 'new' || (change === 'edit' && model.subject.of.change === 'new');
  const isTimed = change === 'new' || change === 'edit';
  const hasNote = !isFirst;
  return html`
    ${textField(model, 'headline', { label: text.headline, hint: text.headlineHint, most: MOST_HEADLINE, rows: 2 })}
    ${textField(model, 'body', { label: text.body, hint: text.bodyHint, most: MOST_BODY, rows: 3, optional: true })}
    ${
      hasNote
        ? textField(model, 'note', {
            label: text.note,
            hint: text.noteHint,
            most: MOST_NOTE,
            rows: 2,
            optional: true,
          })
        : nothing
    }
    ${isFirst ? topicsField(model) : fixedTopics(model)} ${urgencyField(model)}
    ${isFirst ? storyField(model) : nothing}
    <div class="pair">
      ${isFirst ? languageField(model) : nothing} ${isTimed ? lifeField(model) : nothing}
      ${lineField(model, 'url', { label: text.url, hint: text.urlHint, isLink: true })}
      ${lineField(model, 'image', { label: text.image, hint: text.imageHint, isLink: true })}
    </div>
    ${articleStart(model)} ${pictureFields(model)} ${change === 'update' ? silentField(model) : nothing}
    ${isTimed ? sendAtField(model) : nothing}
  `;
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
