import { html, nothing, type TemplateResult } from 'lit';
import { otherLanguage } from '../../words/language.ts';
import type { Words } from './words/words.ts';

/** The head of the desk: its name, the editor, the switch of language, the way out. */
export function renderTop(
  { text, language }: Words,
  top: {
    /** Undefined: nobody is signed in. */
    readonly editorName: string | undefined;
    readonly onSwitchLanguage: () => void;
    readonly onSignOut: () => void;
  },
): TemplateResult {
  return html`
    <header class="top">
      <div class="inner">
        <a class="brand" href="#/"><strong>${text.brand}</strong> <span>${text.brandDesk}</span></a>
        ${top.editorName === undefined ? nothing : html`<span class="who"><bdi>${top.editorName}</bdi></span>`}
        <button type="button" class="plain" lang=${otherLanguage(language)} @click=${top.onSwitchLanguage}>
          ${text.otherLanguage}
        </button>
        ${
          top.editorName === undefined
            ? nothing
            : html`<button type="button" class="plain" @click=${top.onSignOut}>${text.signOut}</button>`
        }
      </div>
    </header>
  `;
}

/** Asks what happens to the editor's drafts on this device. @param drafts how many; 0: there is no question */
export function renderSignOutQuestion(
  { text, plural }: Words,
  drafts: number,
  on: {
    readonly onErase: () => Promise<void>;
    readonly onKeep: () => Promise<void>;
    readonly onStay: () => void;
  },
): TemplateResult {
  return html`<desk-confirm
    .open=${drafts > 0}
    .heading=${text.signOut}
    .content=${html`<p>${plural(drafts, text.draftsLeft)}</p>`}
    .confirmLabel=${text.signOutErase}
    .otherLabel=${text.signOutKeep}
    .declineLabel=${text.staySignedIn}
    @confirmed=${on.onErase}
    @other=${on.onKeep}
    @declined=${on.onStay}
  ></desk-confirm>`;
}
