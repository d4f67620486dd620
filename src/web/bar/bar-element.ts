import type { Alert } from '../../alerts/schema.ts';
import { openLiveClient, type LiveClient } from '../live-client.ts';
import { createBarView, type BarView } from './bar-view.ts';
import { createBoard, type Board, type HideReason } from './board.ts';
import { openDismissals, type Dismissals } from './dismissals.ts';
import { WORD_ATTRIBUTES } from './words.ts';

/** What the element hears from the live line. */
const QUERY_ATTRIBUTES = ['topics', 'lang', 'urgency'];
export const BAR_ATTRIBUTES = ['origin', 'position', ...QUERY_ATTRIBUTES, ...WORD_ATTRIBUTES];

/** Ages are in minutes. */
const TICK_MS = 30_000;
/** A bar that the reader is at stays; asked again then (WCAG 2.2, 2.2.1). */
const HELD_MS = 3000;
/** Well below what a timer can hold. */
const MAX_TIMER_MS = 24 * 60 * 60_000;

/**
 * `<ajil-bar>`: the red bar on anybody's page. It tells what it does by events that bubble: `ajil-show` {alert},
 * `ajil-hide` {alertId, reason}, `ajil-state` {connected}, `ajil-error` {error}; a fault of its own never reaches the page.
 * @param ownOrigin where the script came from: the default of the attribute `origin`
 */
export function defineBar(ownOrigin: string): void {
  class AjilBar extends HTMLElement {
    static readonly observedAttributes = BAR_ATTRIBUTES;
    private readonly view: BarView;
    private readonly dismissals: Dismissals = openDismissals();
    private board: Board = createBoard((id) => this.dismissals.has(id));
    private live: LiveClient | undefined;
    private shown: Alert | undefined;
    private timer: ReturnType<typeof setTimeout> | undefined;
    private stop: (() => void) | undefined;

    constructor() {
      super();
      this.view = createBarView({
        root: this.attachShadow({ mode: 'open' }),
        origin: () => this.origin,
        site: (attribute) => this.getAttribute(attribute),
        onDismiss: () => this.dismiss(),
      });
    }

    connectedCallback(): void {
      this.contain(() => this.start());
    }

    disconnectedCallback(): void {
      this.contain(() => this.end());
    }

    attributeChangedCallback(name: string, before: string | null, now: string | null): void {
      if (before === now || this.live === undefined || name === 'position') return;
      this.contain(() => {
        if (WORD_ATTRIBUTES.includes(name)) {
          if (this.shown !== undefined) this.view.show(this.shown);
          return;
        }
        this.end();
        this.board = createBoard((id) => this.dismissals.has(id));
        this.start();
      });
    }

    private get origin(): string {
      return new URL(this.getAttribute('origin') ?? ownOrigin).origin;
    }

    private start(): void {
      const given = QUERY_ATTRIBUTES.map((name) => [name, this.getAttribute(name) ?? ''] as const);
      this.live = openLiveClient({
        url: `${this.origin}/v1/live`,
        query: Object.fromEntries(given.filter(([, value]) => value !== '')),
        onAlert: (alert) => this.change(() => this.board.take(alert)),
        onReset: (current) => this.change(() => this.board.reset(current)),
        onState: (connected) => this.contain(() => this.tell('ajil-state', { connected })),
      });
      const ticking = setInterval(() => this.tick(), TICK_MS);
      const stopDismissals = this.dismissals.onChange(() => this.change(() => undefined));
      this.stop = () => {
        clearInterval(ticking);
        stopDismissals();
      };
    }

    /** After a sleep of the device the timer of the next change is late. */
    private tick(): void {
      this.contain(() => this.view.tick());
      if (!this.view.isHeld()) this.change(() => undefined);
    }

    private end(): void {
      this.live?.close();
      this.live = undefined;
      this.stop?.();
      clearTimeout(this.timer);
    }

    private dismiss(): void {
      // What stands behind it as well: who closes a bar does not ask for an older alert.
      this.change(() => this.dismissals.add(this.board.current(Date.now())));
    }

    /** Does it, then shows what is to be shown now. */
    private change(action: () => void): void {
      this.contain(() => {
        action();
        this.refresh();
      });
    }

    private refresh(): void {
      clearTimeout(this.timer);
      const nowMs = Date.now();
      const next = this.board.look(nowMs);
      if (next?.id !== this.shown?.id || next?.version !== this.shown?.version) this.replace(next, nowMs);
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

    private replace(next: Alert | undefined, nowMs: number): void {
      const before = this.shown;
      this.shown = next;
      if (next === undefined) this.view.hide();
      else this.view.show(next);
      if (before !== undefined && before.id !== next?.id) {
        const reason: HideReason = this.board.reasonFor(before, nowMs);
        this.tell('ajil-hide', { alertId: before.id, reason });
      }
      if (next !== undefined) this.tell('ajil-show', { alert: next });
    }

    private tell(name: string, detail: object): void {
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
    }

    private contain(action: () => void): void {
      try {
        action();
      } catch (error) {
        this.tell('ajil-error', { error });
      }
    }
  }

  customElements.define('ajil-bar', AjilBar);
}
