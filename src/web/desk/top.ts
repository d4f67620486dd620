import { html, nothing, type TemplateResult } from 'lit';
import { otherLanguage } from '../../words/language.ts';
import type { DeskSession } from './answers.ts';
import { KEYS } from './keyboard/keys.ts';
import type { Route } from './route.ts';
import { PASSKEY_WORDS } from './words/passkeys-words.ts';
import type { Words } from './words/words.ts';

/** The head of the desk: its name, its pages, the editor, the switch of language, the way out. */
export function renderTop(
  words: Words,
  top: {
    /** Undefined: nobody is signed in. */
    readonly editor: DeskSession['editor'] | undefined;
    readonly route: Route;
    readonly onSwitchLanguage: () => void;
    readonly onKeys: () => void;
    readonly onSignOut: () => void;
  },
): TemplateResult {
  const { text, language } = words;
  const { editor } = top;
  return html`
    <header class="top">
      <div class="inner">
        <a class="brand" href="#/"><strong>${text.brand}</strong> <span>${text.brandDesk}</span></a>
        ${editor === undefined ? nothing : renderPages(editor, top.route, words)}
        ${editor === undefined ? nothing : renderWho(editor, top.route, words)}
        <button
          type="button"
          class="plain"
          lang=${otherLanguage(language)}
          data-key=${KEYS.language}
          aria-keyshortcuts=${KEYS.language}
          @click=${top.onSwitchLanguage}
        >
          ${text.otherLanguage}
        </button>
        ${
          editor === undefined
            ? nothing
            : html`
                <button
                  type="button"
                  class="plain keys"
                  data-key=${KEYS.sheet}
                  aria-keyshortcuts=${KEYS.sheet}
                  @click=${top.onKeys}
                >
                  <span class="unseen">${text.finding.keys}</span>
                </button>
                <button type="button" class="plain" @click=${top.onSignOut}>${text.signOut}</button>
              `
        }
      </div>
    </header>
  `;
}

/** The editor's name, which leads to what is their own. */
function renderWho({ name }: DeskSession['editor'], { page }: Route, { language }: Words): TemplateResult {
  return html`<a class="who" href="#/passkeys" aria-current=${page === 'passkeys' ? 'page' : 'false'}
    ><bdi>${name}</bdi> <span class="unseen">${PASSKEY_WORDS[language].link}</span></a
  >`;
}

function renderPages(editor: DeskSession['editor'], { page }: Route, { text }: Words): TemplateResult {
  const link = (href: string, label: string, key: string, isOpen: boolean): TemplateResult =>
    html`<a href=${href} data-key=${key} aria-keyshortcuts=${key} aria-current=${isOpen ? 'page' : 'false'}
      >${label}</a
    >`;
  return html`<nav aria-label=${text.pagesOfDesk}>
    ${link('#/', text.writeNew, KEYS.write, page === 'new')}
    ${link('#/history', text.finding.history, KEYS.history, page === 'history')}
    ${link('#/stories', text.finding.key.stories, KEYS.stories, page === 'stories')}
    ${link('#/goal', text.finding.key.goal, KEYS.goal, page === 'goal')}
    ${
      editor.role === 'author'
        ? nothing
        : link('#/health', text.finding.key.health, KEYS.health, page === 'health')
    }
    ${link('#/devices', text.finding.key.devices, KEYS.devices, page === 'devices')}
    ${
      editor.role === 'admin'
        ? link('#/admin/editors', text.admin.title, KEYS.admin, page === 'admin')
        : nothing
    }
  </nav>`;
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
