/**
 * Writes markup: Lit in the browser, `pages/html.ts` on the server. A function that takes it writes the same elements in
 * both. Of Lit's syntax it may use: values as content, values in quoted attributes, `name=${value}`, whose `nothing` leaves
 * the attribute out, and `@event=${listener}`, which only browsers have. Content before a value must not end in ` name=`:
 * the server would take it for an attribute.
 */
export interface Template<T> {
  readonly html: (strings: TemplateStringsArray, ...values: readonly unknown[]) => T;
  /** As content: no content. As the value of an unquoted attribute: no attribute. */
  readonly nothing: unknown;
}
