import { placed } from './placed.ts';
import { alertData, UNREADABLE, type PushData, type Shown, type ShownOptions } from './push-message.ts';

/** `overtaken`: a newer version of the alert is on the screen, and stays. */
export type Outcome = 'shown' | 'overtaken';

/**
 * Shows a message in the place of its alert's earlier version (by `tag`; Safari replaces nothing and shows both). Push
 * services keep no order: a version that comes late must not replace a newer one. Since every push has to show
 * something, the newer one is then shown again, quietly.
 */
export async function show(registration: ServiceWorkerRegistration, message: Shown): Promise<Outcome> {
  const { newer, message: shown, closes } = placed(message, await standingFor(registration, message));
  await showAtLeastSomething(registration, newer === undefined ? shown : again(newer));
  for (const earlier of closes) earlier.close();
  return newer === undefined ? 'shown' : 'overtaken';
}

async function standingFor(
  registration: ServiceWorkerRegistration,
  { options }: Shown,
): Promise<readonly Notification[]> {
  const { tag } = options;
  const data = alertData(options.data);
  if (tag === undefined || data === undefined) return [];
  // A browser that cannot say what stands must not keep the message from being shown.
  const found = [...new Set([tag, data.id])].map((name) =>
    registration.getNotifications({ tag: name }).catch(() => []),
  );
  return (await Promise.all(found)).flat();
}

function again(shown: Notification): Shown {
  const { title, body, lang, dir, icon, tag } = shown;
  const {
    badge = '',
    image = '',
    actions = [],
  } = shown as Partial<Pick<ShownOptions, 'badge' | 'image' | 'actions'>>;
  const data = shown.data as PushData;
  const pictures = { icon, badge, ...(image === '' ? {} : { image }) };
  return {
    title,
    options: { ...pictures, body, lang, dir, tag, data, silent: true, renotify: false, actions },
  };
}

async function showAtLeastSomething(
  registration: ServiceWorkerRegistration,
  { title, options }: Shown,
): Promise<void> {
  try {
    await registration.showNotification(title, options);
  } catch {
    await registration.showNotification(UNREADABLE.title, UNREADABLE.options);
  }
}
