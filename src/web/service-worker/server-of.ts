const ICON = '/icon-192.png';

/**
 * Ajil's origin, if a push message is Ajil's: it is declarative, has an alert's data, and names Ajil by its icon. Messages
 * of other services have none of these three.
 */
export function serverOf(text: string): string | undefined {
  if (!text.startsWith('{"web_push":8030,')) return undefined;
  try {
    const { notification } = JSON.parse(text) as { notification?: Readonly<Record<string, unknown>> };
    const { id, version, receipt } = (notification?.['data'] ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof id !== 'string' || typeof version !== 'number' || typeof receipt !== 'string')
      return undefined;
    const icon = new URL(String(notification?.['icon']));
    return icon.pathname === ICON ? icon.origin : undefined;
  } catch {
    return undefined;
  }
}
