import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { EditorAlert } from '../../../alerts/schema.ts';
import type { DeskShared } from '../desk-context.ts';
import { DeskElement } from '../element.ts';
import { KEYS } from '../keyboard/keys.ts';
import { shortcutOf } from '../keyboard/shortcuts.ts';
import { lookAgain } from '../look-again.ts';
import { everyTick } from '../ticker.ts';
import { renderAlertRow } from './alert-row.ts';
import { createLoadedList, type LoadedList } from './loaded-list.ts';

const TABS = ['recent', 'approval', 'scheduled', 'drafts'] as const;
type Tab = (typeof TABS)[number];
const QUERIES: Record<Tab, string> = {
  recent: '',
  approval: 'status=awaiting-approval',
  scheduled: 'status=scheduled',
  drafts: 'status=draft',
};
/** Often enough that no colleague writes an alert that was just sent. */
const LOOK_MS = 5000;
/** The lists behind the other tabs only count: each costs the server a search. */
const LOOK_BEHIND_MS = 30_000;

/** The newsroom's alerts beside the page: the newest, and what waits. Each has a link to its page. */
class Lists extends DeskElement {
  static override properties = {
    desk: { attribute: false },
    openId: { attribute: false },
    changes: { attribute: false },
    tab: { state: true },
  };
  declare desk: DeskShared;
  declare openId: string | undefined;
  /** Counts what was changed here: the lists then look again. */
  declare changes: number;
  declare private tab: Tab;
  private lists: Readonly<Record<Tab, LoadedList>> | undefined;
  private stops: (() => void)[] = [];

  constructor() {
    super();
    this.tab = 'recent';
    everyTick(this, 1000, () => this.tab === 'scheduled' && this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.stops = [
      lookAgain(() => void this.lists?.[this.tab].refresh(), LOOK_MS),
      lookAgain(() => this.refresh(), LOOK_BEHIND_MS),
    ];
    addEventListener('keydown', this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stops) stop();
    removeEventListener('keydown', this.onKey);
  }

  override willUpdate(changed: PropertyValues): void {
    this.lists ??= this.createLists();
    if (changed.has('changes')) this.refresh();
  }

  private createLists(): Record<Tab, LoadedList> {
    const create = (tab: Tab): LoadedList =>
      createLoadedList(this.desk.client, QUERIES[tab], () => this.requestUpdate());
    return {
      recent: create('recent'),
      approval: create('approval'),
      scheduled: create('scheduled'),
      drafts: create('drafts'),
    };
  }

  private refresh(): void {
    for (const tab of TABS) void this.lists?.[tab].refresh();
  }

  private choose(tab: Tab): void {
    this.tab = tab;
    void this.lists?.[tab].refresh();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const key = shortcutOf(event);
    if (key === KEYS.next) this.step(1);
    if (key === KEYS.previous) this.step(-1);
  };

  /** Moves the focus along the list. */
  private step(by: 1 | -1): void {
    const links = [...this.querySelectorAll<HTMLElement>('li a')];
    const at = links.findIndex((link) => link === document.activeElement);
    links.at(at === -1 ? (by === 1 ? 0 : -1) : Math.min(links.length - 1, Math.max(0, at + by)))?.focus();
  }

  /** The arrows lead along the tabs (ARIA Authoring Practices, tabs), in the direction of the page. */
  private readonly onTabKey = (event: KeyboardEvent): void => {
    const forwards = document.documentElement.dir === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const at = TABS.indexOf(this.tab) + (event.key === forwards ? 1 : -1);
    this.choose(TABS.at(at % TABS.length) ?? 'recent');
    void this.focusOn('[role="tab"][aria-selected="true"]');
  };

  override render(): TemplateResult {
    const { finding } = this.desk.words.text;
    return html`
      <nav class="lists" aria-label=${finding.lists}>
        <div class="tabs" role="tablist" aria-label=${finding.lists} @keydown=${this.onTabKey}>
          ${TABS.map((tab) => this.renderTab(tab))}
        </div>
        <div role="tabpanel" id="list-panel" aria-labelledby="tab-${this.tab}">${this.renderList()}</div>
      </nav>
    `;
  }

  private renderTab(tab: Tab): TemplateResult {
    const { text, number } = this.desk.words;
    const list = this.lists?.[tab];
    const isOpen = tab === this.tab;
    const count = tab === 'recent' ? 0 : (list?.alerts?.length ?? 0);
    return html`<button
      type="button"
      role="tab"
      id="tab-${tab}"
      aria-controls="list-panel"
      aria-selected=${isOpen ? 'true' : 'false'}
      tabindex=${isOpen ? 0 : -1}
      data-key=${KEYS[tab]}
      aria-keyshortcuts=${KEYS[tab]}
      @click=${() => this.choose(tab)}
    >
      ${text.finding.tabs[tab]}
      ${count === 0 ? nothing : html`<b class="count">${number(count)}${list?.hasMore ? '+' : ''}</b>`}
    </button>`;
  }

  private renderList(): TemplateResult {
    const { text } = this.desk.words;
    const list = this.lists?.[this.tab];
    // A page of the server's may hold none, and older ones still be there.
    const isEmpty = list?.alerts?.length === 0 && !list.hasMore;
    const alerts = inOrder(this.tab, list?.alerts ?? []);
    return html`
      ${list?.isFresh === false ? html`<p class="note">${text.finding.listLost}</p>` : nothing}
      ${isEmpty ? html`<p class="quiet">${text.finding.empty[this.tab]}</p>` : nothing}
      <ol>
        ${alerts.map((alert) => renderAlertRow(alert, this.desk, this.openId))}
      </ol>
      ${
        list?.hasMore
          ? html`<button type="button" @click=${() => void list.more()}>${text.older}</button>`
          : nothing
      }
    `;
  }
}

/** What leaves first stands first. */
function inOrder(tab: Tab, alerts: readonly EditorAlert[]): readonly EditorAlert[] {
  if (tab !== 'scheduled') return alerts;
  return alerts.toSorted((a, b) => Date.parse(a.sendAt ?? '') - Date.parse(b.sendAt ?? ''));
}

customElements.define('desk-lists', Lists);
