import { html, nothing, type TemplateResult } from 'lit';
import type { Fault, FieldName } from './faults.ts';
import { fill, isolate, type Words } from '../words/words.ts';

/** What a control needs so that its label, hint and fault belong to it. */
export interface ControlIds {
  readonly id: string;
  readonly describedBy: string;
  readonly invalid: 'true' | 'false';
}

export interface FieldOptions {
  readonly words: Words;
  readonly label: string;
  readonly hint?: string | undefined;
  /** Beside the label: a count, or that it is optional. */
  readonly aside?: string | undefined;
  readonly fault: Fault | undefined;
  readonly onRemoveCharacters?: () => void;
}

/** One labelled control with its hint and, when there is one, its fault and what to do about it. */
export function field(
  name: FieldName,
  options: FieldOptions,
  control: (ids: ControlIds) => TemplateResult,
): TemplateResult {
  const ids = controlIds(name, options);
  return html`
    <div class="field ${name}">
      <div class="label">
        <label for=${ids.id}>${options.label}</label>
        ${options.aside === undefined ? nothing : html`<span class="quiet">${options.aside}</span>`}
      </div>
      ${control(ids)} ${described(name, options)}
    </div>
  `;
}

/** The same for a group of radio buttons or boxes. */
export function fieldGroup(
  name: FieldName,
  options: FieldOptions,
  controls: (ids: ControlIds) => TemplateResult,
): TemplateResult {
  const ids = controlIds(name, options);
  return html`
    <fieldset class="field ${name}" aria-describedby=${ids.describedBy}>
      <legend>${options.label}</legend>
      ${controls(ids)} ${described(name, options)}
    </fieldset>
  `;
}

function controlIds(name: FieldName, { hint, fault }: FieldOptions): ControlIds {
  const parts = [...(fault ? [`${name}-fault`] : []), ...(hint === undefined ? [] : [`${name}-hint`])];
  return { id: `field-${name}`, describedBy: parts.join(' '), invalid: fault ? 'true' : 'false' };
}

function described(
  name: FieldName,
  { words, hint, fault, onRemoveCharacters }: FieldOptions,
): TemplateResult {
  return html`
    ${
      fault === undefined
        ? nothing
        : html`<p class="fault" id="${name}-fault">
            ${faultText(name, fault, words)}
            ${
              fault.code === 'characters' && onRemoveCharacters
                ? html`<button type="button" @click=${onRemoveCharacters}>${words.text.removeThem}</button>`
                : nothing
            }
          </p>`
    }
    ${hint === undefined ? nothing : html`<p class="hint" id="${name}-hint">${hint}</p>`}
  `;
}

/** Says what is wrong and what to do, in the editor's language. */
export function faultText(name: FieldName, fault: Fault, { text, number }: Words): string {
  switch (fault.code) {
    case 'missing':
      return name === 'headline' || name === 'topics' ? text.missing[name] : text.missing.other;
    case 'address':
      return text.address;
    case 'characters':
      return text.forbiddenCharacters;
    case 'value':
      return text.wrongValue;
    case 'noSuchTime':
    case 'pastTime':
    case 'farTime':
      return text[fault.code];
    case 'length':
      return fill(text.tooLong, { n: number(fault.over) });
    case 'bytes':
      return fill(text.tooManyBytes, {
        n: number(fault.over),
        letters: number(Math.ceil(fault.over / 2)),
      });
    case 'site':
      return fill(text.otherSite, { sites: isolate(fault.sites.join(' ')) });
    case 'server':
      break;
  }
  const help: Partial<Record<FieldName, string>> = text.serverHelp;
  return help[name] ?? fill(text.serverSays, { detail: isolate(fault.detail) });
}
