import type { Template } from './common/markup/template.ts';

/** Markup that is safe to send: made by {@link html} only. */
export interface Html {
  readonly markup: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escape = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

type Part = string | number | Html | undefined | readonly Html[];

/** A template that escapes every value, as text and in quoted attributes. A value that is {@link Html} stays as it is. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.map((text, index) => text + markupOf(parts[index])).join('') };
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}

/** An unquoted attribute, or a listener, at the end of a template's text. */
const BINDING = /\s(@?)([\w-]+)=$/;

/** Writes what the server and the browser's Lit write alike (`common/markup`). */
export const onServer: Template<Html> = {
  nothing: undefined,
  html: (strings, ...values) => {
    const markup = strings.map((text, index) => {
      const value = values[index] as Part;
      const [binding, listener, name] = BINDING.exec(text) ?? [];
      if (binding === undefined) return text + markupOf(value);
      const before = text.slice(0, -binding.length);
      return listener === '@' || value === undefined ? before : `${before} ${name}="${markupOf(value)}"`;
    });
    return { markup: markup.join('') };
  },
};

/** Data for a page's script. It is no script, so the content security policy does not concern it. */
export const dataBlock = (id: string, value: unknown): Html => ({
  markup: `<script type="application/json" id="${id}">${inScript(value)}</script>`,
});

/** Data for search engines (https://json-ld.org). */
export const linkedData = (value: unknown): Html => ({
  markup: `<script type="application/ld+json">${inScript(value)}</script>`,
});

/** JSON that cannot end the element that it is in. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
