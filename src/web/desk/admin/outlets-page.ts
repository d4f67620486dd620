import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { topicNames } from '../topic-names.ts';
import { fill, isolate } from '../words/words.ts';
import { AdminElement } from './admin-element.ts';
import { selectInput } from './inputs.ts';
import { reasonText, renderDetail } from './outlet-because.ts';
import { readOutlet, renderOutletFields } from './outlet-form.ts';
import { OUTLET_TYPES, placeOf, type Because, type Outlet, type OutletType } from './outlet.ts';
import './outlet-attempts.ts';

type Tested = Because & { readonly works: boolean };

/** Where alerts are posted for the newsroom; each outlet can be added, tried, changed, switched and deleted. */
class Outlets extends AdminElement {
  static override properties = {
    ...AdminElement.properties,
    outlets: { state: true },
    newType: { state: true },
    added: { state: true },
    tested: { state: true },
  };
  declare private outlets: readonly Outlet[] | undefined;
  declare private newType: OutletType;
  /** Counts what was added: each gets an empty form. */
  declare private added: number;
  /** What the last test found, if it failed. */
  declare private tested: { readonly id: string; readonly found: Tested } | undefined;

  constructor() {
    super();
    this.added = 0;
    this.newType = 'telegram';
  }

  protected override async load(): Promise<void> {
    this.outlets = (await this.get<{ outlets: readonly Outlet[] }>('/v1/outlets'))?.outlets;
  }

  private async save(event: SubmitEvent, outlet: Outlet | undefined): Promise<void> {
    const [of, type] = [outlet?.id ?? '', outlet?.type ?? this.newType];
    const body = readOutlet(event, type, outlet === undefined);
    const answer = await (outlet === undefined
      ? this.submit<Outlet>(of, '/v1/outlets', { method: 'POST', body })
      : this.submit<Outlet>(of, `/v1/outlets/${of}`, { method: 'PATCH', body }));
    if (answer.type !== 'done') return;
    if (outlet === undefined) this.added += 1;
    void this.focusOn(`[data-outlet="${answer.body.id}"] h2`);
  }

  private async test({ id }: Outlet): Promise<void> {
    this.tested = undefined;
    const answer = await this.change<Tested>(`/v1/outlets/${id}/test`, { method: 'POST' });
    if (answer.type !== 'done') return;
    const found = answer.body;
    if (!found.works) this.tested = { id, found };
    this.say(
      (words) =>
        found.works
          ? words.text.outlets.works
          : fill(words.text.outlets.fails, { reason: reasonText(found, words) }),
      !found.works,
    );
  }

  private askToRemove({ id, name }: Outlet): void {
    const { admin, outlets } = this.desk.words.text;
    this.asked = {
      heading: fill(admin.removeAsk, { name: isolate(name) }),
      why: outlets.removeWhy,
      yes: admin.removeYes,
      onYes: () => void this.change(`/v1/outlets/${id}`, { method: 'DELETE' }),
    };
  }

  override render(): TemplateResult {
    const { outlets } = this.desk.words.text;
    return html`
      <p class="quiet">${outlets.intro}</p>
      ${this.renderMessage()}
      ${this.outlets?.length === 0 ? html`<p class="quiet">${outlets.none}</p>` : nothing}
      ${this.outlets?.map((outlet) => this.renderOne(outlet))} ${keyed(this.added, this.renderNew())}
    `;
  }

  private renderNew(): TemplateResult {
    const { text } = this.desk.words;
    const { outlets } = text;
    const onChange = (event: Event): void => {
      const input = event.target as HTMLSelectElement;
      const chosen = OUTLET_TYPES.find((type) => type === input.value);
      if (input.name === 'type' && chosen !== undefined) this.newType = chosen;
    };
    return html`<form
      class="row stacked"
      aria-label=${outlets.add}
      @change=${onChange}
      @submit=${(event: SubmitEvent) => void this.save(event, undefined)}
    >
      <h2>${outlets.add}</h2>
      ${selectInput('type', outlets.type, this.newType, {
        id: 'outlet-type',
        choices: OUTLET_TYPES.map((type) => [type, outlets.types[type]] as const),
      })}
      ${keyed(
        this.newType,
        renderOutletFields(this.newType, undefined, this.desk, (name) => this.faultIn('', name)),
      )}
      <label class="consent">
        <input type="checkbox" name="enabled" value="yes" checked />
        <span>${outlets.startNow}</span>
      </label>
      <button class="main">${text.admin.add}</button>
    </form>`;
  }

  private renderOne(outlet: Outlet): TemplateResult {
    const { words } = this.desk;
    const { admin, outlets } = words.text;
    const { id, type, name, enabled, can } = outlet;
    const isPaused = enabled && outlet.paused !== null;
    const toggle = (): void => {
      const body = { enabled: isPaused || !enabled };
      void this.change(`/v1/outlets/${id}`, { method: 'PATCH', body });
    };
    return html`<section class="row" aria-label=${name} data-outlet=${id}>
      <h2 tabindex="-1"><bdi>${name}</bdi></h2>
      <p>
        <b>${outlets.types[type]}</b> · <bdi dir="ltr">${placeOf(outlet)}</bdi> ·
        <b>${enabled ? admin.on : admin.off}</b>
      </p>
      <p class="quiet">${this.describe(outlet)}</p>
      <p class="quiet">
        ${can.edit ? outlets.can.edit : can.remove ? outlets.can.remove : outlets.can.neither}
      </p>
      ${isPaused ? this.renderPaused(outlet.paused) : nothing}
      ${this.tested?.id === id ? html`<p>${renderDetail(this.tested.found, words)}</p>` : nothing}
      <div class="buttons">
        <button type="button" @click=${() => void this.test(outlet)}>${admin.test}</button>
        <button type="button" @click=${toggle}>
          ${isPaused ? outlets.resume : enabled ? admin.turnOff : admin.turnOn}
        </button>
        <button type="button" class="danger" @click=${() => this.askToRemove(outlet)}>${admin.remove}</button>
      </div>
      <details>
        <summary>${admin.change}</summary>
        ${keyed(
          // A saved form is empty where its secret was.
          JSON.stringify({ ...outlet, paused: null }) + String(this.added),
          html`<form @submit=${(event: SubmitEvent) => void this.save(event, outlet)}>
            ${renderOutletFields(type, outlet, this.desk, (field) => this.faultIn(id, field))}
            <button>${admin.save}</button>
          </form>`,
        )}
      </details>
      <desk-outlet-attempts .desk=${this.desk} .outletId=${id}></desk-outlet-attempts>
    </section>`;
  }

  private renderPaused(paused: NonNullable<Outlet['paused']>): TemplateResult {
    const { words } = this.desk;
    const values = { time: isolate(words.time(paused.since)), reason: reasonText(paused, words) };
    return html`<p class="fault">
      ${fill(words.text.outlets.pausedSince, values)} ${renderDetail(paused, words)}
    </p>`;
  }

  /** Which alerts it posts. */
  private describe({ topics, languages, leastUrgency }: Outlet): string {
    const { words, config } = this.desk;
    const { outlets } = words.text;
    return [
      outlets.leastUrgencies[leastUrgency],
      topics.length === 0 ? outlets.allTopics : topicNames(topics, config, words),
      ...languages.map((lang) => words.languageName(lang)),
    ].join(' · ');
  }
}

customElements.define('desk-outlets', Outlets);
