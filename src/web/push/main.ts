import { openPush } from './push.ts';
import { defineSubscribe } from './subscribe-element.ts';

// A site imports this module from us. A site that bundles it opens it by name, because its own address is another then.

const push = openPush(new URL(import.meta.url).origin);

export const { state, subscribe, preferences, stories, followStory, leaveStory, unsubscribe } = push;
export { openPush };

defineSubscribe(push);
