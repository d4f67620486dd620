import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { Answer, CallOptions } from '../client.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { areKnown, askedIn, refusalText } from '../refusal-text.ts';
import { fieldFaults, type FieldFaults, type Message } from './field-faults.ts';

/** A page for admins: it loads what it shows, changes it, and says how each change ended. */
export abstract class AdminElement extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    message: { state: true },
    isFault: { state: true },
    asked: { state: true },
    wrong: { state: true },
  };
  declare desk: DeskShared;
  declare protected message: Message | undefined;
  declare private isFault: boolean;
  /** A question whose answer cannot be taken back. */
  declare protected asked: Question | undefined;

  /** What is wrong in a form. `of`: the id of what the form changes; empty: it adds. */
  declare private wrong: { readonly of: string; readonly at: FieldFaults } | undefined;

  override firstUpdated(_changed: PropertyValues): void {
    void this.load();
  }

  /** Loads what the page shows. */
  protected abstract load(): Promise<void>;

  /** @returns undefined: the page says why not */
  protected async get<T>(path: string): Promise<T | undefined> {
    const answer = await this.desk.client.call<T>(path);
    if (answer.type === 'done') return answer.body;
    const isMissing = answer.type === 'refused' && answer.problem.code === 'not-found';
    this.say(isMissing ? ({ text }) => text.admin.missing : ({ text }) => text.noServer, true);
    return undefined;
  }

  /** Changes something, says how that ended, and loads anew. @returns undefined: it was not done, or nobody knows */
  protected async change<T>(
    path: string,
    options: CallOptions,
    done: Message = ({ text }) => text.admin.saved,
  ): Promise<Answer<T>> {
    const answer = await this.desk.client.call<T>(path, options);
    switch (answer.type) {
      case 'done':
        this.say(done, false);
        await this.load();
        break;
      case 'silent':
        this.say(({ text }) => text.admin.silent, true);
        break;
      case 'refused':
        this.say((words) => refusalText(askedIn(path), answer.problem, words), true);
    }
    return answer;
  }

  /** The same by a form: what the server finds wrong in a field is said there as well. */
  protected async submit<T>(of: string, ...change: Parameters<typeof this.change>): Promise<Answer<T>> {
    const answer = await this.change<T>(...change);
    const asked = askedIn(change[0]);
    this.refuse(of, fieldFaults(asked, answer));
    if (answer.type === 'refused' && areKnown(asked, answer.problem, this.desk.words)) {
      this.say(({ text }) => text.refusals.marked, true);
    }
    return answer;
  }

  protected refuse(of: string, at: FieldFaults): void {
    this.wrong = { of, at };
    if (Object.keys(at).length > 0) void this.focusOn('[aria-invalid="true"]');
  }

  /** What is wrong with a field of a form, in words. */
  protected faultIn(of: string, name: string): string | undefined {
    return this.wrong?.of === of ? this.wrong.at[name]?.(this.desk.words) : undefined;
  }

  protected say(message: Message, isFault: boolean): void {
    this.message = message;
    this.isFault = isFault;
  }

  protected renderMessage(): TemplateResult {
    const { message, desk } = this;
    const said = message === undefined ? nothing : message(desk.words);
    const box = html`<p class="notice ${this.isFault ? 'faults' : ''}">${said}</p>`;
    return html`
      <div role="status">${message !== undefined && !this.isFault ? box : nothing}</div>
      <div role="alert">${message !== undefined && this.isFault ? box : nothing}</div>
      ${this.renderQuestion()}
    `;
  }

  private renderQuestion(): TemplateResult {
    const { asked } = this;
    const { text } = this.desk.words;
    return html`<desk-confirm
      .open=${asked !== undefined}
      .heading=${asked?.heading ?? ''}
      .content=${html`<p>${asked?.why ?? ''}</p>`}
      .confirmLabel=${asked?.yes ?? ''}
      .declineLabel=${text.admin.notNow}
      @confirmed=${() => {
        this.asked = undefined;
        asked?.onYes();
      }}
      @declined=${() => (this.asked = undefined)}
    ></desk-confirm>`;
  }
}

interface Question {
  readonly heading: string;
  readonly why: string;
  readonly yes: string;
  readonly onYes: () => void;
}
