import { html, nothing, svg, type TemplateResult } from 'lit';
import { REPORTED, type Report, type Reported } from '../../../delivery/report/schema.ts';
import { renderCurve } from './curve.ts';
import { reachedGoal } from './goal.ts';
import { fill, type Words } from '../words/words.ts';

/** The report of a version: the numbers first, and charts beside them. */
export function renderReport(report: Report, words: Words, isCounting: boolean): TemplateResult {
  const { text, number } = words;
  const { audience, outcomes, live, receipts, timing } = report;
  const share = timing.withinTwoMinutes;
  const aside = isCounting
    ? text.counting
    : audience === 0
      ? text.nobody
      : fill(text.ofAudience, { n: number(audience) });
  const { supersededBy } = report;
  return html`
    ${supersededBy === null ? nothing : html`<p class="note">${fill(text.supersededBy, { n: number(supersededBy) })}</p>`}
    <dl class="figures">
      ${figure('accepted', text.reached, number(outcomes.accepted), aside)}
      ${figure('early', text.twoMinutes, share === null || isCounting ? '–' : words.percent(share), text.ofSubscribers)}
      ${figure('live', text.openPages, number(live.connections))}
      ${figure('shown', text.shown, number(receipts.shown))}
      ${figure('opened', text.opened, number(receipts.opened))}
    </dl>
    ${report.paced.map((service) => renderPaced(service, report, words))} ${renderGoal(report, words)}
    <p class="quiet">${text.receiptsWhy}</p>
    ${audience === 0 || isCounting ? nothing : html`${renderOutcomes(report, words)} ${renderServices(report, words)} ${renderSpeed(report, words)}`}
  `;
}

/** A push service that takes little: what comes of it, and when about the rest has left. */
function renderPaced(
  { service, perMinute }: Report['paced'][number],
  { outcomes }: Report,
  { text, number, duration }: Words,
): TemplateResult {
  const time = duration((outcomes.pending / perMinute) * 60_000);
  return html`<p class="note">
    ${fill(text.paced, { service: text.services[service], n: number(perMinute), time })}
  </p>`;
}

function renderGoal(report: Report, { text, duration }: Words): TemplateResult | typeof nothing {
  const isReached = reachedGoal(report);
  if (isReached === undefined) return nothing;
  const said = fill(isReached ? text.goalMet : text.goalMissed, { time: duration(report.timing.p90Ms ?? 0) });
  return html`<p class="goal ${isReached ? 'good' : ''}">${said}</p>`;
}

function figure(name: string, label: string, value: string, aside = ''): TemplateResult {
  return html`<div data-figure=${name}>
    <dt>${label}</dt>
    <dd><b>${value}</b>${aside === '' ? nothing : html` <small>${aside}</small>`}</dd>
  </div>`;
}

/** Every outcome has a number; each number above 0 has a part of the bar. The numbers add up to the audience. */
function renderOutcomes(report: Report, words: Words): TemplateResult {
  const { text, number, percent } = words;
  const { outcomes, audience } = report;
  let from = 0;
  const parts = REPORTED.map((outcome) => {
    const width = (outcomes[outcome] / audience) * 100;
    const part = svg`<rect class=${outcome} x=${from} width=${width} height="4" />`;
    from += width;
    return part;
  });
  return html`
    <h3>${text.outcomesTitle}</h3>
    <svg class="outcomes" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">${parts}</svg>
    <dl class="legend">
      ${REPORTED.map(
        (outcome) =>
          html`<div data-outcome=${outcome} class=${outcomes[outcome] === 0 ? 'none' : ''}>
            <dt><i class=${outcome}></i>${outcomeName(outcome, report, words)}</dt>
            <dd>
              <b>${number(outcomes[outcome])}</b> <small>${percent(outcomes[outcome] / audience)}</small>
            </dd>
          </div>`,
      )}
    </dl>
  `;
}

/** What each push service made of its deliveries. */
function renderServices({ services }: Report, { text, number }: Words): TemplateResult | typeof nothing {
  if (services.length === 0) return nothing;
  return html`
    <h3 id="by-service">${text.byService}</h3>
    <table class="services" aria-labelledby="by-service">
      <thead>
        <tr>
          <th scope="col">${text.service}</th>
          <th scope="col">${text.outcomes.accepted}</th>
          <th scope="col">${text.notReached}</th>
          <th scope="col">${text.outcomes.held}</th>
        </tr>
      </thead>
      <tbody>
        ${services.map(
          ({ service, outcomes: { accepted, gone, rejected, failed, expired, held } }) =>
            html`<tr data-service=${service}>
              <th scope="row">${text.services[service]}</th>
              <td>${number(accepted)}</td>
              <td>${number(gone + rejected + failed + expired)}</td>
              <td>${number(held)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  `;
}

/** Deliveries that were pending when the newsroom ended the version stay pending, but nothing of them is sent. */
function outcomeName(outcome: Reported, { status }: Report, { text }: Words): string {
  const ended = status === 'aborted' || status === 'superseded' || status === 'retracted';
  return outcome === 'pending' && ended ? text.notSent : text.outcomes[outcome];
}

function renderSpeed(report: Report, words: Words): TemplateResult {
  const { text } = words;
  const { timing } = report;
  const times = [
    [text.first, timing.firstMs],
    [text.half, timing.p50Ms],
    [text.ninety, timing.p90Ms],
    [text.ninetyNine, timing.p99Ms],
    [text.last, timing.lastMs],
  ] as const;
  return html`
    <h3>${text.speed}</h3>
    <div class="speed">
      <figure>
        ${renderCurve(report, words)}
        <figcaption class="quiet">${text.curve}</figcaption>
      </figure>
      <dl class="times">
        ${times.map(
          ([label, ms]) =>
            html`<div>
              <dt>${label}</dt>
              <dd><b>${ms === null ? '–' : words.duration(ms)}</b></dd>
            </div>`,
        )}
      </dl>
    </div>
  `;
}

/** One line for screen readers: it changes at each quarter and at the end, not with every report. */
export function spokenProgress({ outcomes, audience }: Report, { text, number, percent }: Words): string {
  const { pending, accepted } = outcomes;
  if (audience === 0) return '';
  if (pending === 0) return fill(text.finished, { accepted: number(accepted), audience: number(audience) });
  const quarters = Math.floor(((audience - pending) / audience) * 4);
  return quarters === 0
    ? ''
    : fill(text.progress, { share: percent(quarters / 4), audience: number(audience) });
}
