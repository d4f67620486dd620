import { html, nothing, type TemplateResult } from 'lit';
import type { Figures } from '../../../delivery/health/schema.ts';
import { HEALTH_WORDS } from '../words/health-words.ts';
import type { Words } from '../words/words.ts';

interface Row {
  readonly name: TemplateResult | string;
  /** How many alerts the row sums up; undefined: it is one. */
  readonly alerts?: number;
}

/** Figures in rows. A narrow screen scrolls the table sideways, by keyboard too. */
export function renderTable<T extends Figures>(
  name: 'alerts' | 'topics' | 'urgencies',
  first: string,
  rows: readonly T[],
  words: Words,
  rowOf: (one: T) => Row,
): TemplateResult {
  const text = HEALTH_WORDS[words.language];
  const { number, percent } = words;
  const share = (part: number, whole: number): TemplateResult =>
    html`${number(part)} ${whole === 0 ? nothing : html`<small>${percent(part / whole)}</small>`}`;
  const isSum = name !== 'alerts';
  return html`<div class="wide" tabindex="0" role="region" aria-labelledby="health-${name}">
    <table data-table=${name}>
      <caption id="health-${name}">
        ${text[name]}
      </caption>
      <thead>
        <tr>
          <th scope="col">${first}</th>
          ${isSum ? html`<th scope="col">${text.count}</th>` : nothing}
          <th scope="col">${text.audience}</th>
          <th scope="col">${text.accepted}</th>
          <th scope="col">${text.shown}</th>
          <th scope="col">${text.opened}</th>
          <th scope="col">${text.left}</th>
          <th scope="col">${text.gone}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map((one) => {
          const row = rowOf(one);
          return html`<tr>
            <th scope="row">${row.name}</th>
            ${row.alerts === undefined ? nothing : html`<td>${number(row.alerts)}</td>`}
            <td>${number(one.audience)}</td>
            <td>${number(one.accepted)}</td>
            <td>${share(one.shown, one.accepted)}</td>
            <td>${share(one.opened, one.accepted)}</td>
            <td>${share(one.left, one.accepted)}</td>
            <td>${share(one.gone, one.accepted)}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
