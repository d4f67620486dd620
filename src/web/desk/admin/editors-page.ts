import { html, nothing, type TemplateResult } from 'lit';
import type { DeskSession } from '../answers.ts';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';
import { readForm, selectInput, textInput } from './inputs.ts';
import './editor-passkeys.ts';
import './shown-key.ts';

type Role = DeskSession['editor']['role'];
const ROLES: readonly Role[] = ['author', 'approver', 'admin'];

/** As `GET /v1/editors` gives it. */
interface Editor {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}
interface WithKey {
  readonly name: string;
  readonly key: string;
}

/** Who may write and send: names, roles, keys. Tells `configured` when a name may have changed. */
class Editors extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    editors: { state: true },
    made: { state: true },
  };
  declare private editors: readonly Editor[] | undefined;
  /** A key that can be read only now. */
  declare private made: WithKey | undefined;

  protected override async load(): Promise<void> {
    this.editors = (await this.get<{ editors: readonly Editor[] }>('/v1/editors'))?.editors;
    this.dispatchEvent(new CustomEvent('configured'));
  }

  private readonly onAdd = async (event: SubmitEvent): Promise<void> => {
    const { form, value } = readForm(event);
    const body = { name: value('name'), role: value('role') };
    const answer = await this.submit<WithKey>('', '/v1/editors', { method: 'POST', body });
    if (answer.type !== 'done') return;
    form.reset();
    this.showKey(answer.body);
  };

  private showKey(made: WithKey): void {
    this.made = made;
    void this.focusOn('desk-shown-key h2');
  }

  private async onSave(event: SubmitEvent, editor: Editor): Promise<void> {
    const { value } = readForm(event);
    const [name, role] = [value('name'), value('role')];
    const body = {
      ...(name === editor.name ? {} : { name }),
      ...(role === '' || role === editor.role ? {} : { role }),
    };
    await this.submit(editor.id, `/v1/editors/${editor.id}`, { method: 'PATCH', body });
  }

  private askForKey({ id, name }: Editor): void {
    const { admin } = this.desk.words.text;
    this.asked = {
      heading: fill(admin.newKeyAsk, { name: isolate(name) }),
      why: admin.newKeyWhy,
      yes: admin.newKeyYes,
      onYes: () => void this.replaceKey(id),
    };
  }

  private async replaceKey(id: string): Promise<void> {
    const answer = await this.change<WithKey>(`/v1/editors/${id}/key`, { method: 'POST' });
    if (answer.type === 'done') this.showKey(answer.body);
  }

  private askToRevoke({ id, name }: Editor): void {
    const { admin } = this.desk.words.text;
    this.asked = {
      heading: fill(admin.revokeAsk, { name: isolate(name) }),
      why: admin.revokeWhy,
      yes: admin.revokeYes,
      onYes: () => void this.change(`/v1/editors/${id}`, { method: 'PATCH', body: { revoked: true } }),
    };
  }

  override render(): TemplateResult {
    const { words } = this.desk;
    const { admin } = words.text;
    return html`
      ${this.renderMessage()}
      <desk-shown-key
        .words=${words}
        .made=${this.made}
        @stored=${() => (this.made = undefined)}
      ></desk-shown-key>
      <form class="row" @submit=${this.onAdd}>
        <h2>${admin.addEditor}</h2>
        ${textInput('name', admin.name, '', { id: 'new-name', dir: 'auto', fault: this.faultIn('', 'name'), required: true, most: 100 })}
        ${this.roleInput('new-role', 'author', false)}
        <button class="main">${admin.add}</button>
      </form>
      ${this.editors === undefined ? nothing : this.editors.map((editor) => this.renderOne(editor))}
    `;
  }

  private renderOne(editor: Editor): TemplateResult {
    const { words, editor: self } = this.desk;
    const { admin } = words.text;
    if (editor.revokedAt !== null) {
      const time = words.time(editor.revokedAt);
      return html`<p class="row over">
        <bdi>${editor.name}</bdi> <span class="quiet">${fill(admin.revokedAt, { time })}</span>
      </p>`;
    }
    const isSelf = editor.id === self.id;
    return html`<form
      class="row"
      aria-label=${editor.name}
      data-editor=${editor.id}
      @submit=${(event: SubmitEvent) => this.onSave(event, editor)}
    >
      ${textInput('name', admin.name, editor.name, { id: `name-${editor.id}`, dir: 'auto', fault: this.faultIn(editor.id, 'name'), required: true, most: 100 })}
      ${this.roleInput(`role-${editor.id}`, editor.role, isSelf)}
      <div class="buttons">
        <button>${admin.save}</button>
        <button type="button" @click=${() => this.askForKey(editor)}>${admin.newKey}</button>
        ${
          isSelf
            ? nothing
            : html`<button type="button" class="danger" @click=${() => this.askToRevoke(editor)}>
                ${admin.revoke}
              </button>`
        }
      </div>
      <p class="quiet">
        ${fill(admin.since, { time: words.time(editor.createdAt) })} ${isSelf ? admin.yourself : nothing}
      </p>
      <desk-editor-passkeys
        .desk=${this.desk}
        .editorId=${editor.id}
        .name=${editor.name}
      ></desk-editor-passkeys>
    </form>`;
  }

  private roleInput(id: string, value: string, disabled: boolean): TemplateResult {
    const { admin } = this.desk.words.text;
    const choices = ROLES.map((role) => [role, `${admin.roles[role]}: ${admin.rolesDo[role]}`] as const);
    return selectInput('role', admin.role, value, { id, choices, disabled });
  }
}

customElements.define('desk-editors', Editors);
