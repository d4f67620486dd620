import { html, nothing, type TemplateResult } from 'lit';
import type { DeskSession, ProblemDetails } from './answers.ts';
import type { Client } from './client.ts';
import { DeskElement } from './element.ts';
import { canUsePasskeys, recallPasskey } from './passkey-browser.ts';
import { refusalText } from './refusal-text.ts';
import { fill, type Words } from './words/words.ts';
import './passkey-sign-in.ts';

/** How an editor signed in. */
export interface SignedIn {
  readonly session: DeskSession;
  readonly by: 'key' | 'passkey';
}

/** Asks for a passkey or the API key. Tells `signed-in` with the session. */
class SignIn extends DeskElement {
  static override properties = {
    words: { attribute: false },
    client: { attribute: false },
    publicUrl: { attribute: false },
    ended: { attribute: false },
    fault: { state: true },
    busy: { state: true },
  };
  declare words: Words;
  declare client: Client;
  declare publicUrl: string;
  declare ended: boolean;
  declare private fault: ((words: Words) => string) | undefined;
  declare private busy: boolean;

  override firstUpdated(): void {
    if (!canUsePasskeys(this.publicUrl) || recallPasskey() !== 'used') void this.focusOn('input');
  }

  private readonly onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    const input = this.querySelector('input');
    const key = input?.value.trim() ?? '';
    if (key === '') return this.refuse(({ text }) => text.keyMissing);
    this.busy = true;
    const answer = await this.client.signIn(key);
    this.busy = false;
    if (answer.type !== 'done') {
      return this.refuse(
        answer.type === 'silent' ? ({ text }) => text.noServer : (words) => refusal(answer.problem, words),
      );
    }
    if (input !== null) input.value = '';
    this.tell({ session: answer.body, by: 'key' });
  };

  private readonly onPasskey = (event: CustomEvent<DeskSession>): void => {
    this.tell({ session: event.detail, by: 'passkey' });
  };

  private tell(detail: SignedIn): void {
    this.dispatchEvent(new CustomEvent<SignedIn>('signed-in', { detail }));
  }

  private refuse(fault: (words: Words) => string): void {
    this.fault = fault;
    void this.focusOn('input');
  }

  override render(): TemplateResult {
    const { text } = this.words;
    const fault = this.fault?.(this.words);
    const hasPasskeys = canUsePasskeys(this.publicUrl);
    return html`
      <form class="sheet narrow" novalidate @submit=${this.onSubmit}>
        <h1>${text.signIn}</h1>
        ${this.ended ? html`<p class="note" role="status">${text.sessionEnded}</p>` : nothing}
        ${hasPasskeys ? this.renderPasskey() : nothing}
        <p class="quiet" id="key-why">${text.signInWhy}</p>
        <div class="field">
          <label for="key">${text.key}</label>
          <input
            id="key"
            name="key"
            type="password"
            dir="ltr"
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck="false"
            aria-describedby="key-why key-fault"
            aria-invalid=${fault === undefined ? 'false' : 'true'}
          />
          <p class="fault" id="key-fault" role="alert">${fault ?? nothing}</p>
        </div>
        <button class=${hasPasskeys ? '' : 'main'} aria-disabled=${this.busy ? 'true' : 'false'}>
          ${text.signIn}
        </button>
      </form>
    `;
  }

  private renderPasskey(): TemplateResult {
    return html`<desk-passkey-sign-in
      .words=${this.words}
      .client=${this.client}
      @opened=${this.onPasskey}
    ></desk-passkey-sign-in>`;
  }
}

function refusal(problem: ProblemDetails, words: Words): string {
  const { code, retryAfterSeconds = 60 } = problem;
  const { text } = words;
  if (code === 'unauthenticated' || code === 'invalid-body') return text.keyWrong;
  if (code === 'too-many-requests') return fill(text.tooManyTries, { time: words.wait(retryAfterSeconds) });
  return refusalText('session', problem, words);
}

customElements.define('desk-sign-in', SignIn);
