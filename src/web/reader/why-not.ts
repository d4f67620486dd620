import { html, type TemplateResult } from 'lit';
import type { CardWords } from '../../words/reader-words.ts';
import { pushSupport } from '../subscription/support.ts';
import { SHARE } from './icons.ts';

/** Whether there is any use in asking: this browser can notify, and the reader has not blocked it. */
export const canAsk = (): boolean => pushSupport() === 'yes' && Notification.permission !== 'denied';

/** Why the reader cannot have notifications here, and what can be done about it. */
export function renderReason(text: CardWords): TemplateResult {
  const support = pushSupport();
  if (support !== 'install') {
    return html`<p class="why-not">${support === 'yes' ? text.denied : text.unsupported}</p>`;
  }
  return html`
    <p class="why-not">${text.install}</p>
    <ol class="steps">
      <li>${text.installShare} ${SHARE}</li>
      <li>${text.installAdd}</li>
      <li>${text.installOpen}</li>
    </ol>
  `;
}
