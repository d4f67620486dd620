import type { Urgency } from './index.js';

/** Defines `<ajil-bar>` and `<ajil-subscribe>`, once. Call it in a browser. */
export function defineElements(options: {
  /** Ajil's origin, such as `https://alerts.example`. */
  readonly server: string;
}): void;

export interface Preferences {
  readonly topics: readonly string[];
  readonly urgency: Urgency;
  readonly lang?: string;
  readonly quietHours?: {
    readonly start: string;
    readonly end: string;
    readonly timeZone: string;
    readonly flash?: boolean;
  };
  readonly dailyCap?: number;
}

export type PushState =
  | { readonly type: 'on'; readonly preferences: Preferences }
  | { readonly type: 'off' | 'foreign' | 'blocked' | 'install' | 'unsupported' | 'no-worker' };

/** Notifications by the site's own service worker, which needs the line `importScripts('<server>/push-worker.js')`. */
export interface Push {
  state(at?: { readonly registration?: ServiceWorkerRegistration }): Promise<PushState>;
  /** Call it in a tap: the browser asks the reader. */
  subscribe(
    options?: Partial<Preferences> & {
      readonly ask?: boolean;
      /** Ends a subscription that another service made. */
      readonly replace?: boolean;
      readonly registration?: ServiceWorkerRegistration;
    },
  ): Promise<PushState>;
  /** The reader's preferences, after a change if one is given; undefined: not subscribed. */
  preferences(patch?: Readonly<Record<string, unknown>>): Promise<Preferences | undefined>;
  /** The open stories whose follow-ups come to this reader. */
  stories(): Promise<readonly { readonly id: string; readonly name: string; readonly lang: string }[]>;
  followStory(id: string): Promise<void>;
  leaveStory(id: string): Promise<void>;
  unsubscribe(): Promise<PushState>;
}
export function openPush(server: string): Push;
