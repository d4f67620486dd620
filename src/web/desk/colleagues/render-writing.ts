import { html, nothing, type TemplateResult } from 'lit';
import type { DeskShared } from '../desk-context.ts';
import { fill } from '../words/words.ts';
import type { Writing } from './desk-line.ts';

/** Colleagues who are writing now, so that two do not write the same alert. Read aloud when it changes. */
export function renderWriting(
  writing: readonly Writing[],
  { words, names, editor }: Pick<DeskShared, 'words' | 'names' | 'editor'>,
): TemplateResult {
  const others = writing.filter(({ editorId }) => editorId !== editor.id);
  const { finding } = words.text;
  return html`<div class="writing-now" role="status">
    ${
      others.length === 0
        ? nothing
        : others.map(({ editorId, on }) => {
            const name = names.of(editorId, words);
            return on === 'new'
              ? html`<p>${fill(finding.writesNew, { name })}</p>`
              : html`<p><a href="#/${on}">${fill(finding.writesOn, { name })}</a></p>`;
          })
    }
  </div>`;
}
