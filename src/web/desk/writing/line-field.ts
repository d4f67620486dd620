import { html, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { live } from 'lit/directives/live.js';
import { field } from './field.ts';
import { optionsFor, type FormModel } from './form-model.ts';

/** An optional field of one line: a link, or a text in the alert's language. */
export function lineField(
  model: FormModel,
  name: 'url' | 'image' | 'imageAlt' | 'imageCaption' | 'imageCredit',
  shape: { readonly label: string; readonly hint?: string; readonly isLink?: true },
): TemplateResult {
  const { desk, fields, set } = model;
  const { isLink } = shape;
  const options = {
    ...optionsFor(model, name, shape.label, shape.hint),
    aside: desk.words.text.optional,
  };
  return field(
    name,
    options,
    ({ id, describedBy, invalid }) => html`
      <input
        id=${id}
        name=${name}
        type=${isLink ? 'url' : 'text'}
        inputmode=${ifDefined(isLink && 'url')}
        placeholder=${ifDefined(isLink && 'https://')}
        spellcheck=${ifDefined(isLink && 'false')}
        lang=${ifDefined(isLink ? undefined : fields.lang)}
        dir=${isLink ? 'ltr' : 'auto'}
        autocomplete="off"
        aria-describedby=${describedBy}
        aria-invalid=${invalid}
        .value=${live(fields[name])}
        @input=${(event: Event) => set({ [name]: (event.target as HTMLInputElement).value })}
      />
    `,
  );
}
