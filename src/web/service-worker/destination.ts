import { articleUrl } from '../common/article-url.ts';
import { alertData, FEWER_ACTION, type PushData, type TestData } from './push-message.ts';

/** Where a click on a notification leads, and whether it opens the alert. */
export interface Destination {
  readonly url: string;
  readonly opens: PushData | undefined;
}

/** @param action of the button that was pressed; '' for the notification itself @param origin of our own pages */
export function destinationOf(
  action: string,
  data: PushData | TestData | undefined,
  origin: string,
): Destination {
  const alert = alertData(data);
  if (alert !== undefined && action === FEWER_ACTION) {
    return { url: `${origin}/?fewer=${encodeURIComponent(alert.id)}`, opens: undefined };
  }
  if (alert !== undefined) return { url: articleUrl(alert.navigate, alert.id, origin), opens: alert };
  const address = data?.navigate ?? '';
  // A test opens the desk, and nothing of another site.
  const isOurs = URL.canParse(address) && new URL(address).origin === origin;
  return { url: isOurs ? address : `${origin}/`, opens: undefined };
}
