import { html, nothing, type TemplateResult } from 'lit';
import type { Recent } from '../../../delivery/report/schema.ts';
import type { Estimate } from '../answers.ts';
import { fill, type Words } from '../words/words.ts';

/** More than this in a day is much: most readers who switch alerts off do so because there are too many. */
const MANY_A_DAY = 5;
/** Push services slow down sites whose alerts hardly anybody opens. */
const FEW_OPEN = 0.01;
/** Devices that must have had the last alerts before the share says anything. */
const LEAST_ACCEPTED = 1000;

/** What these readers had lately, with a warning where another alert may cost the newsroom readers or speed. */
export function renderRecent(
  estimate: Estimate | 'unknown' | undefined,
  words: Words,
): TemplateResult | typeof nothing {
  if (estimate === undefined || estimate === 'unknown' || estimate.recent === undefined) return nothing;
  const { text, number, percent, plural } = words;
  const { recent } = estimate;
  const { accepted, opened } = recent.last;
  if (recent.week === 0) return nothing;
  const had = fill(text.hadLately, { today: plural(recent.today, text.alerts), week: number(recent.week) });
  const share = accepted === 0 ? '' : fill(text.openedOfLast, { share: percent(opened / accepted) });
  const warning = warningFor(recent, words);
  return html`<p class="quiet recent">${had} ${share}</p>
    ${warning === undefined ? nothing : html`<p class="warning">${warning}</p>`}`;
}

function warningFor({ today, last }: Recent, { text }: Words): string | undefined {
  if (last.accepted >= LEAST_ACCEPTED && last.opened / last.accepted < FEW_OPEN) return text.fewOpen;
  return today >= MANY_A_DAY ? text.hadMany : undefined;
}
