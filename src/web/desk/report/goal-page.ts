import { html, nothing, type TemplateResult } from 'lit';
import type { Urgency } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { GOAL_WORDS } from '../words/goal-words.ts';
import { fill } from '../words/words.ts';

/** As `GET /v1/goal` gives it. */
interface Goal {
  readonly days: number;
  readonly urgencies: Readonly<
    Record<Urgency, { readonly alerts: number; readonly metShare: number | null }>
  >;
}

/** How many alerts reached the newsroom's goal, by urgency. */
class GoalPage extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    goal: { state: true },
    unanswered: { state: true },
  };
  declare desk: DeskShared;
  declare private goal: Goal | undefined;
  declare private unanswered: boolean;

  override firstUpdated(): void {
    void this.load();
    void this.focusOn('h1');
  }

  private readonly load = async (): Promise<void> => {
    const answer = await this.desk.client.call<Goal>('/v1/goal');
    this.unanswered = answer.type !== 'done';
    if (answer.type === 'done') this.goal = answer.body;
  };

  override render(): TemplateResult {
    const { text, language } = this.desk.words;
    return html`<section class="sheet" aria-labelledby="goal-heading">
      <h1 id="goal-heading" tabindex="-1">${GOAL_WORDS[language].heading}</h1>
      <p>${GOAL_WORDS[language].why}</p>
      ${this.goal === undefined ? nothing : this.renderGoal(this.goal)}
      <div role="alert">
        ${
          this.unanswered
            ? html`<p class="notice">${text.noServer}</p>
                <button type="button" @click=${this.load}>${text.again}</button>`
            : nothing
        }
      </div>
    </section>`;
  }

  private renderGoal({ days, urgencies }: Goal): TemplateResult {
    const { words, config } = this.desk;
    const { text, number, percent, language } = words;
    const said = GOAL_WORDS[language];
    const fillDays = (template: string): string => fill(template, { days: number(days) });
    const rows = config.urgencies.map((urgency) => ({ urgency, ...urgencies[urgency] }));
    if (rows.every(({ alerts }) => alerts === 0)) return html`<p class="none">${fillDays(said.none)}</p>`;
    return html`
      <table>
        <caption class="unseen">
          ${fillDays(said.table)}
        </caption>
        <thead>
          <tr>
            <th scope="col">${text.urgency}</th>
            <th scope="col">${said.alerts}</th>
            <th scope="col">${said.reached}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ urgency, alerts, metShare }) =>
              html`<tr data-urgency=${urgency}>
                <th scope="row">${text[urgency]}</th>
                <td>${number(alerts)}</td>
                <td>
                  ${
                    metShare === null
                      ? said.noneOfThese
                      : html`<b>${number(Math.round(metShare * alerts))}</b>
                          <span class="quiet">${percent(metShare)}</span>`
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
      <p class="quiet">${fillDays(said.counted)}</p>
    `;
  }
}

customElements.define('desk-goal', GoalPage);
