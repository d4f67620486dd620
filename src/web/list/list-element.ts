import type { Alert } from '../../alerts/schema.ts';
import { complain, faultText } from '../bar/complaints.ts';
import { persist, type Persistence } from '../common/keep-trying.ts';
import { spread } from '../common/spread.ts';
import { openLiveClient, type LiveClient } from '../live/main.ts';
import { createListView, type ListView } from './list-view.ts';

const ATTRIBUTES = ['origin', 'topics', 'lang', 'limit', 'label'];
const USUAL_LIMIT = 5;
const MOST = 20;
/** Ages are in minutes. */
const TICK_MS = 30_000;
/** After a break of the line, all pages ask for the list again, spread over this time, ms. */
const ASK_WITHIN_MS = 10_000;

/**
 * `<ajil-list>`: the last alerts of a topic as a quiet list, on any page. The live line keeps it up to date; corrections and
 * retractions are named. It says nothing aloud: that is the bar's work.
 * @param ownOrigin the origin of the script, which is the default of the attribute `origin`; undefined: unknown
 */
export function defineList(ownOrigin: string | undefined): void {
  class AjilList extends HTMLElement {
    static readonly observedAttributes = ATTRIBUTES;
    private readonly view: ListView = createListView(this);
    private alerts: readonly Alert[] = [];
    private live: LiveClient | undefined;
    private asking: Persistence | undefined;
    private stop: (() => void) | undefined;

    connectedCallback(): void {
      this.contain(() => this.start());
    }

    disconnectedCallback(): void {
      this.end();
    }

    attributeChangedCallback(_name: string, before: string | null, now: string | null): void {
      if (before === now || this.live === undefined) return;
      this.end();
      this.contain(() => this.start());
    }

    /** @throws if neither attribute nor script tells where Ajil is */
    private get origin(): string {
      const origin = this.getAttribute('origin') ?? ownOrigin;
      if (origin === undefined) {
        throw new Error('it is not known where Ajil is: give <ajil-list> the attribute origin="https://…"');
      }
      return new URL(origin).origin;
    }

    private get limit(): number {
      const limit = Number(this.getAttribute('limit') ?? USUAL_LIMIT);
      return Number.isInteger(limit) && limit > 0 ? Math.min(limit, MOST) : USUAL_LIMIT;
    }

    private start(): void {
      const { origin } = this;
      const query: Record<string, string> = {};
      for (const name of ['topics', 'lang']) {
        const value = this.getAttribute(name)?.replaceAll(/\s/g, '') ?? '';
        if (value !== '') query[name] = value;
      }
      this.ask(origin, query);
      let isFirst = true;
      let waiting: ReturnType<typeof setTimeout> | undefined;
      this.live = openLiveClient({
        url: `${origin}/v1/live`,
        query,
        onAlert: (alert) => this.contain(() => this.take([alert])),
        onReset: (current) => {
          this.contain(() => this.take(current));
          // What is not current any more, a retraction above all, only the list tells.
          if (!isFirst) waiting = setTimeout(() => this.ask(origin, query), spread(ASK_WITHIN_MS));
          isFirst = false;
        },
        onState: () => undefined,
        onFault: (fault) => complain(faultText(fault, origin, location.origin), 'ajil-list'),
      });
      const ticking = setInterval(() => this.contain(() => this.show()), TICK_MS);
      this.stop = () => {
        clearInterval(ticking);
        clearTimeout(waiting);
      };
    }

    private ask(origin: string, query: Readonly<Record<string, string>>): void {
      this.asking?.stop();
      const asked = new URLSearchParams({ ...query, limit: String(this.limit) });
      this.asking = persist(async (signal) => {
        const response = await fetch(`${origin}/v1/alerts?${String(asked)}`, { signal });
        // A wrong attribute does not become right; the live line says what is wrong with it.
        if (response.status === 400) return;
        if (!response.ok) throw new Error(`the list answered ${response.status}`);
        const { alerts } = (await response.json()) as { alerts: readonly Alert[] };
        this.contain(() => this.take(alerts));
      });
    }

    private end(): void {
      this.live?.close();
      this.live = undefined;
      this.asking?.stop();
      this.stop?.();
      this.alerts = [];
    }

    /** An older version changes nothing. */
    private take(some: readonly Alert[]): void {
      const known = new Map(this.alerts.map((alert) => [alert.id, alert]));
      for (const alert of some) {
        if ((known.get(alert.id)?.version ?? 0) < alert.version) known.set(alert.id, alert);
      }
      // Ids grow with the time of creation.
      this.alerts = [...known.values()].sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, this.limit);
      this.show();
    }

    private show(): void {
      const nowMs = this.live?.now() ?? Date.now();
      this.view.show(this.alerts, { origin: this.origin, label: this.getAttribute('label'), nowMs });
    }

    private contain(action: () => void): void {
      try {
        action();
      } catch (error) {
        complain(error, 'ajil-list');
      }
    }
  }

  customElements.define('ajil-list', AjilList);
}
