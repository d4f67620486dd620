import { html, nothing, type TemplateResult } from 'lit';
import type { DeskShared } from '../desk-context.ts';
import { fill } from '../words/words.ts';
import type { Action } from './desk-line.ts';

const BYPASS = 'alert.approve-bypassing';

/** The action, if a colleague approved their own alert by it and the editor is one to be told: an approver or an admin. */
export function bypassIn(
  action: Action,
  editor: { readonly id: string; readonly role: string } | undefined,
): Action | undefined {
  const isToldOf = editor !== undefined && editor.role !== 'author' && editor.id !== action.editorId;
  return isToldOf && action.action === BYPASS ? action : undefined;
}

/** Tells an approver at once; the alert's page has the reason. */
export function renderBypass(
  bypass: Action | undefined,
  { words, names }: Pick<DeskShared, 'words' | 'names'>,
  onClose: () => void,
): TemplateResult {
  const { finding } = words.text;
  return html`<div role="alert">
    ${
      bypass === undefined
        ? nothing
        : html`<p class="notice bypass">
            <a href="#/${bypass.target.split(':')[0]}"
              >${fill(finding.bypassed, { name: names.of(bypass.editorId, words) })}</a
            >
            <button type="button" @click=${onClose}>${finding.close}</button>
          </p>`
    }
  </div>`;
}
