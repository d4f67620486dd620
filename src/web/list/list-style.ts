/**
 * The list's look. It takes font, size and colour from the page, so that it looks at home there; a page changes the rest by
 * custom properties and parts.
 */
export const LIST_STYLE = `
:host { display: block; container-type: inline-size; }
:host([hidden]) { display: none; }
* { box-sizing: border-box; }
.list { list-style: none; margin: 0; padding: 0; }
.item {
  padding-block: .7em;
  padding-inline-start: .85em;
  border-inline-start: 3px solid var(--ajil-list-line, color-mix(in srgb, currentColor 22%, transparent));
}
.item + .item { margin-block-start: .35em; }
.item.correction { border-color: var(--ajil-list-correction-color, #b98900); }
.item.retraction { border-color: var(--ajil-list-color, #b3121d); }
.meta { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 .7em; margin: 0; font-size: .8125em; }
.label { color: var(--ajil-list-color, color-mix(in srgb, #b3121d 60%, currentColor)); }
.correction .label { color: inherit; }
.age { opacity: .75; }
.headline { display: inline-block; min-block-size: 24px; color: inherit; font-weight: 600; line-height: 1.6; text-decoration: none; overflow-wrap: anywhere; text-wrap: pretty; }
.headline:hover { text-decoration: underline; text-underline-offset: .25em; }
.headline:focus-visible { outline: 2px solid; outline-offset: 2px; border-radius: .15em; }
del { opacity: .75; }
.note { margin: .15em 0 0; font-size: .875em; line-height: 1.55; }
`;
