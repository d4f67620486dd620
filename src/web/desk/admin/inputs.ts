import { html, nothing, type TemplateResult } from 'lit';

/** The fields of an admin's form: what the form holds is read when it is submitted. */

export function textInput(
  name: string,
  label: string,
  value: string,
  options: {
    readonly id: string;
    readonly type?: 'text' | 'url' | 'number' | 'password';
    readonly lang?: string;
    readonly dir?: 'ltr' | 'rtl' | 'auto';
    readonly hint?: string;
    readonly fault?: string | undefined;
    readonly required?: boolean;
    readonly most?: number;
    readonly least?: number;
  },
): TemplateResult {
  const { id, type = 'text', lang, dir, hint, fault, required = false, most, least } = options;
  const isNumber = type === 'number';
  return html`<p class="field ${name}">
    <label for=${id}>${label}</label>
    <input
      id=${id}
      name=${name}
      type=${type}
      lang=${lang ?? nothing}
      dir=${dir ?? nothing}
      min=${isNumber ? (least ?? 0) : nothing}
      max=${isNumber ? (most ?? nothing) : nothing}
      maxlength=${isNumber ? nothing : (most ?? nothing)}
      ?required=${required}
      autocomplete=${type === 'password' ? 'new-password' : 'off'}
      aria-invalid=${fault === undefined ? nothing : 'true'}
      aria-describedby=${describedBy(id, fault, hint)}
      .value=${value}
    />
    ${fault === undefined ? nothing : html`<span class="fault" id="${id}-fault">${fault}</span>`}
    ${hint === undefined ? nothing : html`<span class="hint" id="${id}-hint">${hint}</span>`}
  </p>`;
}

/** The same of several lines. */
export function textArea(
  name: string,
  label: string,
  value: string,
  { id, hint, fault, most }: { id: string; hint: string; fault: string | undefined; most: number },
): TemplateResult {
  return html`<p class="field ${name}">
    <label for=${id}>${label}</label>
    <textarea
      id=${id}
      name=${name}
      dir="ltr"
      rows="4"
      maxlength=${most}
      autocomplete="off"
      spellcheck="false"
      aria-invalid=${fault === undefined ? nothing : 'true'}
      aria-describedby=${describedBy(id, fault, hint)}
      .value=${value}
    ></textarea>
    ${fault === undefined ? nothing : html`<span class="fault" id="${id}-fault">${fault}</span>`}
    <span class="hint" id="${id}-hint">${hint}</span>
  </p>`;
}

function describedBy(
  id: string,
  fault: string | undefined,
  hint: string | undefined,
): string | typeof nothing {
  const parts = [
    ...(fault === undefined ? [] : [`${id}-fault`]),
    ...(hint === undefined ? [] : [`${id}-hint`]),
  ];
  return parts.length === 0 ? nothing : parts.join(' ');
}

export function selectInput(
  name: string,
  label: string,
  value: string,
  options: {
    readonly id: string;
    readonly choices: readonly (readonly [value: string, label: string])[];
    readonly disabled?: boolean;
  },
): TemplateResult {
  return html`<p class="field ${name}">
    <label for=${options.id}>${label}</label>
    <select id=${options.id} name=${name} ?disabled=${options.disabled === true}>
      ${options.choices.map(
        ([choice, shown]) => html`<option value=${choice} .selected=${choice === value}>${shown}</option>`,
      )}
    </select>
  </p>`;
}

/** What a field holds, without the spaces around it; empty: no such field, or a file. */
export function textIn(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

/** The values of a submitted form, without the spaces around them. */
export function readForm(event: SubmitEvent): {
  form: HTMLFormElement;
  value: (name: string) => string;
  /** Which boxes of a group are ticked. */
  ticked: (name: string) => string[];
} {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const data = new FormData(form);
  return {
    form,
    value: (name) => textIn(data, name),
    ticked: (name) => data.getAll(name).map(String),
  };
}
