import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { field } from './field.ts';
import { optionsFor, type FormModel } from './form-model.ts';

/** What a picture shows, its caption and its credit: only once there is a picture. */
export function pictureFields(model: FormModel): TemplateResult | typeof nothing {
  if (model.fields.image.trim() === '') return nothing;
  const { text } = model.desk.words;
  return html`<div class="pair">
    ${textLine(model, 'imageAlt', text.imageAlt, text.imageAltHint)}
    ${textLine(model, 'imageCaption', text.imageCaption)} ${textLine(model, 'imageCredit', text.imageCredit)}
  </div>`;
}

function textLine(
  model: FormModel,
  name: 'imageAlt' | 'imageCaption' | 'imageCredit',
  label: string,
  hint?: string,
): TemplateResult {
  const { desk, fields, set } = model;
  const options = { ...optionsFor(model, name, label, hint), aside: desk.words.text.optional };
  return field(
    name,
    options,
    ({ id, describedBy, invalid }) => html`
      <input
        id=${id}
        name=${name}
        type="text"
        lang=${fields.lang}
        dir="auto"
        autocomplete="off"
        aria-describedby=${describedBy}
        aria-invalid=${invalid}
        .value=${live(fields[name])}
        @input=${(event: Event) => set({ [name]: (event.target as HTMLInputElement).value })}
      />
    `,
  );
}
