import { html, svg, type TemplateResult } from 'lit';
import type { Report } from '../../../delivery/report/schema.ts';
import { isolate, type Words } from '../words/words.ts';

const WIDTH = 320;
const HEIGHT = 100;
const MARGIN = { top: 8, right: 8, bottom: 14, left: 8 };
/** If the time is shorter, a line to the right edge would suggest a time that has not passed. */
const LEAST_SPAN_MS = 100;

/** Accepted deliveries over time, in steps; time runs from left to right in every language, as charts do. */
export function renderCurve({ curve, audience, timing }: Report, words: Words): TemplateResult {
  const span = Math.max(LEAST_SPAN_MS, curve.at(-1)?.[0] ?? 0);
  const x = (ms: number): number => MARGIN.left + (ms / span) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (count: number): number =>
    HEIGHT - MARGIN.bottom - (count / Math.max(1, audience)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const steps = curve.map(([ms, count]) => `H${x(ms).toFixed(1)}V${y(count).toFixed(1)}`).join('');
  const line = `M${x(0)},${y(0)}${steps}`;
  const marks = [
    ['p50', timing.p50Ms],
    ['p99', timing.p99Ms],
  ] as const;
  return html`
    <svg class="curve" viewBox="0 0 ${WIDTH} ${HEIGHT}" direction="ltr" aria-hidden="true">
      ${svg`
        <line class="ground" x1=${MARGIN.left} x2=${WIDTH - MARGIN.right} y1=${y(audience)} y2=${y(audience)} />
        <line class="ground" x1=${MARGIN.left} x2=${WIDTH - MARGIN.right} y1=${y(0)} y2=${y(0)} />
        <path class="area" d="${line}V${y(0)}Z" />
        <path class="line" d=${line} />
        ${marks.map(([name, ms]) =>
          ms === null
            ? ''
            : svg`<line class="mark" x1=${x(ms)} x2=${x(ms)} y1=${MARGIN.top} y2=${y(0)} />
                <text x=${x(ms) - 3} y=${MARGIN.top + 7} text-anchor="end">${name}</text>`,
        )}
        <text x=${MARGIN.left} y=${HEIGHT - 4}>0</text>
        <text x=${WIDTH - MARGIN.right} y=${HEIGHT - 4} text-anchor="end">${isolate(words.duration(span))}</text>
      `}
    </svg>
  `;
}
