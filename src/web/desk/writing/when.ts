import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { fill } from '../words/words.ts';
import { sendTimeOf } from './drafted.ts';
import { field } from './field.ts';
import { optionsFor, type FormModel } from './form-model.ts';
import { ownZone } from './zoned-time.ts';

/** When the alert is to leave: a time on the clock of any time zone, and what that is here and from now. */
export function sendAtField(model: FormModel): TemplateResult {
  const { desk, fields, set } = model;
  const { text } = desk.words;
  const time = sendTimeOf(fields);
  const hint = time === undefined || Number.isNaN(time) ? text.sendAtHint : whenSaid(model, time);
  const options = { ...optionsFor(model, 'sendClock', text.sendAt, hint), aside: text.optional };
  return field(
    'sendClock',
    options,
    ({ id, describedBy, invalid }) => html`
      <div class="when">
        <input
          id=${id}
          name="sendClock"
          type="datetime-local"
          aria-describedby=${describedBy}
          aria-invalid=${invalid}
          .value=${live(fields.sendClock)}
          @input=${(event: Event) => set({ sendClock: (event.target as HTMLInputElement).value })}
        />
        <select
          name="zone"
          aria-label=${text.zone}
          @change=${(event: Event) => set({ zone: (event.target as HTMLSelectElement).value })}
        >
          <option value="" .selected=${fields.zone === ''}>${fill(text.ownZone, { zone: ownZone() })}</option>
          ${Intl.supportedValuesOf('timeZone').map(
            (zone) => html`<option value=${zone} .selected=${zone === fields.zone}>${zone}</option>`,
          )}
        </select>
        ${
          fields.sendClock === ''
            ? nothing
            : html`<button type="button" @click=${() => set({ sendClock: '', zone: '' })}>
                ${text.sendAtNow}
              </button>`
        }
      </div>
    `,
  );
}

function whenSaid({ desk }: FormModel, time: number): string {
  const { words, client } = desk;
  return fill(words.text.sendAtIs, {
    time: words.zoned(time, ownZone()),
    until: words.until(time - client.now()),
  });
}
