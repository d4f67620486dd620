import { ownScript } from '../common/trusted-types.ts';
import { subscribeForTests } from './subscribe.ts';
import { pushSupport } from './support.ts';

/** This browser as a test device, or why it cannot be one. `install`: only from the Home Screen (iOS). */
export type DeviceHere =
  | { readonly type: 'ready'; readonly subscription: PushSubscriptionJSON }
  | { readonly type: 'denied' | 'install' | 'unsupported' | 'failed' };

/** Asks for the permission, so it must be called when the editor has pressed a button. */
export async function deviceHere(vapidPublicKey: string): Promise<DeviceHere> {
  const support = pushSupport();
  if (support !== 'yes') return { type: support === 'install' ? 'install' : 'unsupported' };
  if ((await Notification.requestPermission()) !== 'granted') return { type: 'denied' };
  try {
    await navigator.serviceWorker.register(ownScript('/sw.js'));
    const registration = await navigator.serviceWorker.ready;
    const subscription = await subscribeForTests({ registration, vapidPublicKey });
    return { type: 'ready', subscription: subscription.toJSON() };
  } catch {
    return { type: 'failed' };
  }
}
