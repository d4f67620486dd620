import { svg, type SVGTemplateResult } from 'lit';

/** Decorative pictures: the text beside them has the words. */
const icon = (drawing: SVGTemplateResult): SVGTemplateResult => svg`
  <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${drawing}</svg>`;

export const BELL = icon(
  svg`<path d="M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7" /><path d="M10 20a2.2 2.2 0 0 0 4 0" />`,
);
export const BELL_ON = icon(
  svg`<path d="M6 9a6 6 0 0 1 12 0c0 6 2 7 2 7H4s2-1 2-7" fill="currentColor" /><path d="M10 20a2.2 2.2 0 0 0 4 0" />`,
);
export const SHARE = icon(svg`<path d="M12 15V3m0 0L8 7m4-4 4 4" /><path d="M5 12v7h14v-7" />`);
export const CLOUD_OFF = icon(
  svg`<path d="M3 3l18 18" /><path d="M8 7.5A6 6 0 0 1 17.6 10 4.5 4.5 0 0 1 20 18M6.5 9.3A4.7 4.7 0 0 0 7 18.5h9" />`,
);
