import { html, nothing, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { Warning } from '../answers.ts';
import type { Client } from '../client.ts';
import { fill, isolate, type Words } from '../words/words.ts';

/** What the server found in a text; `unknown`: it did not answer. Undefined: it was not asked yet. */
export type Found = readonly Warning[] | 'unknown' | undefined;

/** Asks what an editor should look at before this goes out. @param alertId of the alert that it belongs to already */
export async function checkText(
  client: Client,
  { headline, body, note, url, lang }: EditorAlert,
  alertId: string | undefined,
): Promise<Found> {
  const answer = await client.call<{ warnings: readonly Warning[] }>('/v1/checks', {
    method: 'POST',
    body: { headline, body, note, url, lang, ...(alertId === undefined ? {} : { alertId }) },
  });
  return answer.type === 'done' ? answer.body.warnings : 'unknown';
}

/** The warnings, read out when they come: the question is open by then. */
export function renderFound(found: Found, words: Words): TemplateResult {
  const { checks } = words.text;
  // The script of the text is compared on the page, as it is typed.
  const warnings = Array.isArray(found) ? found.filter(({ check }) => check !== 'language') : [];
  return html`<div role="status">
    ${found === 'unknown' ? html`<p class="quiet">${checks.unknown}</p>` : nothing}
    ${
      warnings.length === 0
        ? nothing
        : html`<p class="warning">${checks.title}</p>
            <ul class="found">
              ${warnings.map((warning) => html`<li>${renderOne(warning, words)}</li>`)}
            </ul>`
    }
  </div>`;
}

function renderOne(warning: Warning, { text }: Words): TemplateResult | string {
  const { checks } = text;
  switch (warning.check) {
    case 'similar':
      return html`${checks.similar} <a href="#/${warning.alertId}" target="_blank">${text.openThat}</a>`;
    case 'second-person':
      return fill(checks.secondPerson, { phrase: isolate(warning.phrase) });
    case 'phrase':
      return fill(checks.phrase, { phrase: isolate(warning.phrase) });
    case 'link':
      return fill(checks.link, { reason: isolate(warning.reason) });
    case 'elsewhere':
      return fill(checks.elsewhere, { url: isolate(warning.url) });
    case 'numbers':
      return fill(checks.numbers, { numbers: isolate(warning.numbers.join(' · ')) });
    case 'capitals':
    case 'language':
      break;
  }
  return checks.capitals;
}
