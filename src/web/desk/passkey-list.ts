import { html, type TemplateResult } from 'lit';
import { PASSKEY_WORDS } from './words/passkeys-words.ts';
import { fill, isolate, type Words } from './words/words.ts';

/** As `GET /v1/passkeys` gives it. */
export interface Passkey {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly lastUsedAt: string | null;
}

/** Passkeys with their last use, and a way to remove each. */
export function renderPasskeys(
  passkeys: readonly Passkey[],
  words: Words,
  onRemove: (passkey: Passkey) => void,
): TemplateResult {
  const text = PASSKEY_WORDS[words.language];
  const renderOne = (passkey: Passkey): TemplateResult => {
    const { id, name, createdAt, lastUsedAt } = passkey;
    const added = words.time(createdAt);
    return html`<li data-passkey=${id}>
      <strong>${isolate(name)}</strong>
      <span class="quiet">
        ${lastUsedAt === null ? fill(text.never, { added }) : fill(text.used, { added, time: words.time(lastUsedAt) })}
      </span>
      <button
        type="button"
        aria-label=${fill(text.removeNamed, { name: isolate(name) })}
        @click=${() => onRemove(passkey)}
      >
        ${text.remove}
      </button>
    </li>`;
  };
  return html`<ul class="devices" role="list">
    ${passkeys.map(renderOne)}
  </ul>`;
}
