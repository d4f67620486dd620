const ALERT_ID = /^[0-9a-z]{26}$/;

/** The alert of the notification that the reader came from to get fewer of its kind, by the page's address. */
export function fewerOf(search: string): string | undefined {
  const id = new URLSearchParams(search).get('fewer');
  return id !== null && ALERT_ID.test(id) ? id : undefined;
}

/** @returns the topics of an alert; none if it is gone, or the server cannot be reached */
export async function topicsOf(alertId: string): Promise<readonly string[]> {
  try {
    const response = await fetch(`/v1/alerts/${alertId}`);
    return response.ok ? ((await response.json()) as { topics: readonly string[] }).topics : [];
  } catch {
    return [];
  }
}
