import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { FormModel } from './form-model.ts';

/** An update that changes the pages and notifies nobody. */
export function silentField({ desk, fields, set }: FormModel): TemplateResult {
  const { text } = desk.words;
  return html`<div class="field silent">
    <label class="tick">
      <input
        type="checkbox"
        name="silent"
        aria-describedby="silent-hint"
        .checked=${live(fields.silent)}
        @change=${(event: Event) => set({ silent: (event.target as HTMLInputElement).checked })}
      />
      ${text.silentUpdate}
    </label>
    <p class="hint" id="silent-hint">${text.silentHint}</p>
  </div>`;
}
