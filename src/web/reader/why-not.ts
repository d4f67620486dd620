import { html, nothing, type TemplateResult } from 'lit';
import { ASKING } from '../../words/asking-words.ts';
import type { Language } from '../../words/language.ts';
import { browserName, homeScreenWay, isInApp } from '../subscription/browser-name.ts';
import { pushSupport } from '../subscription/support.ts';
import { SHARE } from './icons.ts';

/** Whether there is any use in asking: this browser can notify, and the reader has not blocked it. */
export const canAsk = (): boolean => pushSupport() === 'yes' && Notification.permission !== 'denied';

/** Why the reader cannot have notifications here, and the steps to them. */
export function renderReason(language: Language): TemplateResult {
  const { asking, blocked, install } = ASKING[language];
  const support = pushSupport();
  if (support === 'yes') return steps(asking.blocked, blocked[browserName(navigator)]);
  if (support === 'no') return steps(isInApp(navigator) ? asking.inApp : asking.unsupported, []);
  const way = homeScreenWay(navigator);
  if (way === 'inApp' || way === 'tooOld') return steps(asking[way], []);
  return steps(asking.install, install[way], SHARE);
}

/** @param icon of the first step's button */
function steps(why: string, list: readonly string[], icon?: unknown): TemplateResult {
  return html`
    <p class="why-not">${why}</p>
    ${
      list.length === 0
        ? nothing
        : html`<ol class="steps">
            ${list.map((step, index) => html`<li>${step} ${index === 0 ? icon : nothing}</li>`)}
          </ol>`
    }
  `;
}
