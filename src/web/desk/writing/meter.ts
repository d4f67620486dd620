import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Estimate } from '../answers.ts';
import { fill, type Words } from '../words/words.ts';

/** How full the push message is. Speaks up only when it is too full. */
export function renderMeter(bytes: number, limit: number, { text, number }: Words): TemplateResult {
  const over = bytes > limit;
  const share = Math.min(1, bytes / limit) * 100;
  return html`
    <div class="meter ${over ? 'over' : share > 85 ? 'near' : ''}" title=${text.bytesWhy}>
      <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        ${svg`<rect width="100" height="4" class="ground"/><rect width=${share} height="4" class="part"/>`}
      </svg>
      <p data-bytes=${bytes}>${fill(text.bytes, { n: number(bytes), max: number(limit) })}</p>
      <p class="fault" role="status">
        ${over ? fill(text.bytesOver, { n: number(bytes - limit) }) : nothing}
      </p>
    </div>
  `;
}

/** How many it would reach now. */
export function renderReach(estimate: Estimate | 'unknown' | undefined, words: Words): TemplateResult {
  const { text } = words;
  return html`<p class="reach">
    <span class="quiet">${text.reach}</span> <b>${reachLine(estimate, words)}</b>
  </p> `;
}

function reachLine(estimate: Estimate | 'unknown' | undefined, words: Words): string {
  if (estimate === undefined) return words.text.reachTopics;
  return estimate === 'unknown' ? words.text.reachUnknown : reachOf(estimate, words);
}

export function reachOf({ subscriptions, connections }: Estimate, { text, plural }: Words): string {
  if (subscriptions === 0 && connections === 0) return text.reachNobody;
  if (connections === 0) return fill(text.reachOne, { n: plural(subscriptions, text.devices) });
  if (subscriptions === 0) return fill(text.reachOne, { n: plural(connections, text.pages) });
  return fill(text.reachLine, {
    devices: plural(subscriptions, text.devices),
    pages: plural(connections, text.pages),
  });
}
