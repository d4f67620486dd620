import { html, nothing, type TemplateResult } from 'lit';
import type { Words } from '../words/words.ts';
import { readForm, textInput } from './inputs.ts';

/** As `GET /v1/webhooks` gives it. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly enabled: boolean;
  readonly endedBecause: string | null;
}

const EVENTS = ['alert.published', 'alert.updated', 'alert.corrected', 'alert.retracted'] as const;

/** The fields of a webhook; undefined: of a new one, which is told of everything. */
export function renderWebhookFields(
  webhook: Webhook | undefined,
  { text }: Words,
  faultIn: (name: string) => string | undefined,
): TemplateResult {
  const { admin } = text;
  const of = webhook?.id ?? 'new';
  return html`
    ${textInput('url', admin.webhookUrl, webhook?.url ?? '', {
      id: `webhook-url-${of}`,
      type: 'url',
      dir: 'ltr',
      hint: admin.webhookUrlHint,
      fault: faultIn('url'),
      required: true,
      most: 2048,
    })}
    ${textInput('description', `${admin.description} (${text.optional})`, webhook?.description ?? '', {
      id: `webhook-description-${of}`,
      dir: 'auto',
      fault: faultIn('description'),
      most: 200,
    })}
    ${renderEvents(webhook, of, text, faultIn('events'))}
  `;
}

function renderEvents(
  webhook: Webhook | undefined,
  of: string,
  { admin }: Words['text'],
  fault: string | undefined,
): TemplateResult {
  return html`<fieldset class="field events" aria-describedby="webhook-events-${of}-fault">
    <legend>${admin.events}</legend>
    ${EVENTS.map(
      (event) =>
        html`<label class="consent">
          <input
            type="checkbox"
            name="events"
            value=${event}
            aria-invalid=${fault === undefined ? nothing : 'true'}
            .checked=${webhook?.events.includes(event) ?? true}
          />
          <span>${admin.eventNames[event]}</span>
        </label>`,
    )}
    <p class="fault" id="webhook-events-${of}-fault">${fault ?? nothing}</p>
  </fieldset>`;
}

/** The body of `POST /v1/webhooks` that a submitted form says. */
export function readWebhook(event: SubmitEvent): Pick<Webhook, 'url' | 'description' | 'events'> {
  const { value, ticked } = readForm(event);
  return { url: value('url'), description: value('description') || null, events: ticked('events') };
}
