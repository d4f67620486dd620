import { defineBar } from '../bar/bar-element.ts';
import { openPush } from '../push/push.ts';
import { defineSubscribe } from '../push/subscribe-element.ts';

/** Defines `<ajil-bar>` and `<ajil-subscribe>`, once. See `package/elements.d.ts`. */
export function defineElements({ server }: { readonly server: string }): void {
  if (customElements.get('ajil-bar') === undefined) defineBar(server);
  defineSubscribe(openPush(server));
}

export { openPush };
