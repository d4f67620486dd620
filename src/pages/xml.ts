import { html } from './html.ts';

// oxlint-disable-next-line no-control-regex -- these are the characters
const REFUSED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu;

/** Without what XML allows in no spelling (XML 1.0, section 2.2): a parser that meets it refuses the whole document. */
export const wellFormed = (xml: string): string => xml.replaceAll(REFUSED, '');

/** {@link html} under the name of what it writes: the formatter lays out markup that is called HTML, where spaces matter less. */
export const xml = html;
