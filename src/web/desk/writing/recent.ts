import { html, nothing, type TemplateResult } from 'lit';
import type { Recent } from '../../../delivery/report/schema.ts';
import type { Estimate } from '../answers.ts';
import { HEALTH_WORDS } from '../words/health-words.ts';
import { fill, type Words } from '../words/words.ts';

/** More than this in a day is much: most readers who switch alerts off do so because there are too many. */
const MANY_A_DAY = 5;
/** Push services slow down sites whose alerts hardly anybody opens. */
const FEW_OPEN = 0.01;
/** More readers than this of those reached turn notifications off after an alert: the newsroom loses them. */
const MANY_LEAVE = 0.005;
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
  const { accepted, opened, left } = recent.last;
  if (recent.week === 0) return html`${renderReady(recent, words)} ${renderPaced(recent, words)}`;
  const had = fill(text.hadLately, { today: plural(recent.today, text.alerts), week: number(recent.week) });
  const share = accepted === 0 ? '' : fill(text.openedOfLast, { share: percent(opened / accepted) });
  const said = HEALTH_WORDS[words.language];
  const gone = accepted === 0 ? '' : fill(said.leftAfter, { readers: plural(left, said.readers) });
  const warning = warningFor(recent, words);
  return html`<p class="quiet recent">${had} ${share} ${gone}</p>
    ${warning === undefined ? nothing : html`<p class="warning">${warning}</p>`} ${renderReady(recent, words)}
    ${renderPaced(recent, words)}`;
}

function warningFor({ today, last }: Recent, { text, language }: Words): string | undefined {
  const isSaid = last.accepted >= LEAST_ACCEPTED;
  if (isSaid && last.opened / last.accepted < FEW_OPEN) return text.fewOpen;
  if (isSaid && last.left / last.accepted > MANY_LEAVE) return HEALTH_WORDS[language].manyLeft;
  return today >= MANY_A_DAY ? text.hadMany : undefined;
}

/** So many messages leave at once: their key exchange was made ahead. */
function renderReady({ ready }: Recent, { text, percent }: Words): TemplateResult | typeof nothing {
  if (ready.proven === 0) return nothing;
  return html`<p class="quiet ready">${fill(text.ready, { share: percent(ready.armed / ready.proven) })}</p>`;
}

/** A push service that rations us now makes every alert late. */
const renderPaced = ({ paced }: Recent, { number, language, text }: Words): TemplateResult[] =>
  paced.map(
    ({ service, perMinute }) =>
      html`<p class="warning">
        ${fill(HEALTH_WORDS[language].paced, { service: text.services[service], n: number(perMinute) })}
      </p>`,
  );
