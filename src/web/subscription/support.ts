import { isApple } from './browser-name.ts';

/**
 * Whether this browser can be notified. `install`: an iPhone or iPad, where only a page on the Home Screen can
 * (https://webkit.org/blog/13878/web-push-for-web-apps-on-ios-and-ipados/).
 */
export type PushSupport = 'yes' | 'install' | 'no';

export function pushSupport(): PushSupport {
  if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) return 'yes';
  return isApple(navigator) ? 'install' : 'no';
}
