import { html, nothing, type TemplateResult } from 'lit';
import type { Words } from '../words/words.ts';
import type { Because } from './outlet.ts';

/** A reason in the editor's language; the server's own words where the desk has none. */
export function reasonText({ code, reason }: Because, { text }: Words): string {
  const reasons: Readonly<Record<string, string>> = text.outlets.reasons;
  return (code && Object.hasOwn(reasons, code) ? reasons[code] : undefined) ?? reason ?? '';
}

/** What the service says itself, in its own language. */
export const renderDetail = ({ detail }: Because, { text }: Words): TemplateResult | typeof nothing =>
  detail === undefined || detail === null
    ? nothing
    : html`<span class="quiet detail">${text.outlets.details} <bdi lang="en">${detail}</bdi></span>`;
