import type { Alert } from '../../alerts/schema.ts';
import { WORD_ATTRIBUTES } from '../../pages/common/bar-words.ts';
import { openLiveClient, type LiveClient } from '../live/main.ts';
import type { LineFault } from '../live/line-keeper.ts';
import { createServerClock, type ServerClock } from '../common/server-clock.ts';
import { createBarView, type BarView } from './bar-view.ts';
import { createBoard, type Board, type HideReason } from './board.ts';
import { complain, faultText } from './complaints.ts';
import { openDismissals, type Dismissals } from './dismissals.ts';

/** The attributes that make the query of the live line. */
const QUERY_ATTRIBUTES = ['topics', 'lang', 'urgency'];
export const BAR_ATTRIBUTES = ['origin', 'position', 'line', ...QUERY_ATTRIBUTES, ...WORD_ATTRIBUTES];

/** Holds the alert that the server wrote into the page with the bar (`src/pages/bar-fragment.ts`), as JSON. */
const FIRST = 'first';

/** Ages are in minutes. */
const TICK_MS = 30_000;
/** The bar does not change while the reader is at it. It tries again after this time (WCAG 2.2, 2.2.1). */
const HELD_MS = 3000;
/** Well below the longest time of a timer. */
const MAX_TIMER_MS = 24 * 60 * 60_000;

/** `<ajil-bar line="page">`: the page gives the bar its alerts, and the bar opens no line. */
export interface FedBar extends HTMLElement {
  clock: ServerClock;
  /** Takes a version that has just come. */
  take(alert: Alert): void;
  /** Takes all current alerts, and forgets all others. */
  reset(current: readonly Alert[]): void;
  /** Closes the shown alert and those behind it, as the bar's button does. */
  dismiss(): void;
}

/**
 * `<ajil-bar>`: the red bar on any page. It reports what it does by events that bubble: `ajil-show` {alert},
 * `ajil-open` {alert}, `ajil-hide` {alertId, reason}, `ajil-state` {connected}, `ajil-error` {error}; no error of the bar
 * reaches the page.
 * @param ownOrigin the origin of the script, which is the default of the attribute `origin`; undefined: unknown
 */
export function defineBar(ownOrigin: string | undefined): void {
  class AjilBar extends HTMLElement implements FedBar {
    static readonly observedAttributes = BAR_ATTRIBUTES;
    clock: ServerClock = createServerClock();
    private readonly view: BarView;
    private readonly dismissals: Dismissals = openDismissals();
    private board: Board = createBoard((id) => this.dismissals.has(id));
    private live: LiveClient | undefined;
    private started = false;
    private hasBegun = false;
    /** No time before this one, ms since the epoch: the server's page had an alert of then. */
    private leastMs = 0;
    private shown: Alert | undefined;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private stop: (() => void) | undefined;

    constructor() {
      super();
      this.view = createBarView({
        host: this,
        origin: () => this.origin,
        site: (attribute) => this.getAttribute(attribute),
        now: () => this.now(),
        onDismiss: () => this.dismiss(),
        onOpen: (alert) => this.contain(() => this.tell('ajil-open', { alert })),
      });
    }

    connectedCallback(): void {
      this.contain(() => this.start());
    }

    disconnectedCallback(): void {
      this.contain(() => this.end());
    }

    attributeChangedCallback(name: string, before: string | null, now: string | null): void {
      if (before === now || !this.started || name === 'position') return;
      this.contain(() => {
        if (WORD_ATTRIBUTES.includes(name)) {
          if (this.shown !== undefined) this.view.show(this.shown, { isNews: false });
          return;
        }
        this.end();
        this.board = createBoard((id) => this.dismissals.has(id));
        this.start();
      });
    }

    take(alert: Alert): void {
      this.change(() => this.board.take(alert));
    }

    reset(current: readonly Alert[]): void {
      this.change(() => this.board.reset(current));
    }

    /** @throws if neither attribute nor script tells where Ajil is */
    private get origin(): string {
      const origin = this.getAttribute('origin') ?? ownOrigin;
      if (origin === undefined) {
        throw new Error('it is not known where Ajil is: give <ajil-bar> the attribute origin="https://…"');
      }
      return new URL(origin).origin;
    }

    /** An alert that is current when the page opens must not push the page down while the reader reads. */
    private begin(current: readonly Alert[]): void {
      if (this.hasBegun) this.reset(current);
      else this.view.whileLoading(() => this.reset(current));
      this.hasBegun = true;
    }

    /** The server wrote the bar with this alert: nothing moves when the bar's own elements take the place of those. */
    private showFirst(): void {
      const text = this.getAttribute(FIRST);
      if (text === null || this.hasBegun) return;
      const alert = JSON.parse(text) as Alert;
      // A device's clock may be late; the live line knows the time.
      this.leastMs = Date.parse(alert.publishedAt ?? alert.createdAt);
      this.reset([alert]);
    }

    private now(): number {
      return Math.max(this.leastMs, this.live?.now() ?? this.clock.now());
    }

    private start(): void {
      const { origin } = this;
      this.started = true;
      if (this.getAttribute('line') !== 'page') {
        const given = QUERY_ATTRIBUTES.map((name) => [name, listOf(this.getAttribute(name))] as const);
        this.live = openLiveClient({
          url: `${origin}/v1/live`,
          query: Object.fromEntries(given.filter(([, value]) => value !== '')),
          onAlert: (alert) => this.take(alert),
          onReset: (current) => this.begin(current),
          onState: (connected) => this.contain(() => this.tell('ajil-state', { connected })),
          onFault: (fault) => this.complainOf(new Error(faultText(fault, origin, location.origin)), fault),
        });
      }
      this.contain(() => this.showFirst());
      const ticking = setInterval(() => this.tick(), TICK_MS);
      const stopDismissals = this.dismissals.onChange(() => this.change(() => undefined));
      const stopMeasuring = this.view.measure();
      this.stop = () => {
        clearInterval(ticking);
        stopDismissals();
        stopMeasuring();
      };
    }

    /** After the device has slept, the timer of the next change is late. */
    private tick(): void {
      this.contain(() => this.view.tick());
      if (!this.view.isHeld()) this.change(() => undefined);
    }

    private end(): void {
      this.started = false;
      this.live?.close();
      this.live = undefined;
      this.stop?.();
      clearTimeout(this.timer);
    }

    dismiss(): void {
      // Alerts behind it are dismissed too: a reader who closes the bar does not want an older alert instead.
      this.change(() => this.dismissals.add(this.board.current(this.now())));
    }

    /** Runs the action, then shows the alert that is due. */
    private change(action: () => void): void {
      this.contain(() => {
        action();
        this.refresh();
      });
    }

    private refresh(): void {
      clearTimeout(this.timer);
      const nowMs = this.now();
      const { alert, isNews } = this.board.look(nowMs);
      if (alert?.id !== this.shown?.id || alert?.version !== this.shown?.version) {
        this.replace(alert, isNews, nowMs);
      }
      const changeMs = this.board.nextChangeMs(nowMs);
      if (changeMs !== undefined) this.wait(changeMs - nowMs);
    }

    private wait(ms: number): void {
      this.timer = setTimeout(
        () => {
          if (this.view.isHeld()) this.wait(HELD_MS);
          else this.change(() => undefined);
        },
        Math.min(ms, MAX_TIMER_MS),
      );
    }

    private replace(next: Alert | undefined, isNews: boolean, nowMs: number): void {
      const before = this.shown;
      this.shown = next;
      if (next === undefined) this.view.hide();
      else this.view.show(next, { isNews });
      if (before !== undefined && before.id !== next?.id) {
        const reason: HideReason = this.board.reasonFor(before, nowMs);
        this.tell('ajil-hide', { alertId: before.id, reason });
      }
      if (next !== undefined) this.tell('ajil-show', { alert: next });
    }

    private tell(name: string, detail: object): void {
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    }

    private complainOf(error: unknown, more: Partial<LineFault> = {}): void {
      complain(error);
      this.tell('ajil-error', { error, ...more });
    }

    private contain(action: () => void): void {
      try {
        action();
      } catch (error) {
        this.complainOf(error);
      }
    }
  }

  customElements.define('ajil-bar', AjilBar);
}

/** People write lists with spaces. */
const listOf = (value: string | null): string =>
  (value ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .join(',');
