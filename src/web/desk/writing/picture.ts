import { html, nothing, type TemplateResult } from 'lit';
import type { FormModel } from './form-model.ts';
import { lineField } from './line-field.ts';

/** What a picture shows, its caption and its credit: only once there is a picture. */
export function pictureFields(model: FormModel): TemplateResult | typeof nothing {
  if (model.fields.image.trim() === '') return nothing;
  const { text } = model.desk.words;
  return html`<div class="pair">
    ${lineField(model, 'imageAlt', { label: text.imageAlt, hint: text.imageAltHint })}
    ${lineField(model, 'imageCaption', { label: text.imageCaption })}
    ${lineField(model, 'imageCredit', { label: text.imageCredit })}
  </div>`;
}
