/** Whether a link may be followed: https without credentials, or a page of our own. The server checked it as well. */
function isSafe(url: URL, origin: string): boolean {
  const plain = url.username === '' && url.password === '';
  // A `blob:` address has the origin that made it, and is no page of ours.
  const isOurs = url.protocol === new URL(origin).protocol && url.origin === origin;
  return plain && (url.protocol === 'https:' || isOurs);
}

/**
 * Where an alert's reader is led: to the story if its address may be followed, else to the alert's own page.
 * @param origin of our own pages
 */
export function storyUrl(address: string | null | undefined, alertId: string, origin: string): string {
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && isSafe(url, origin)) return url.href;
  return `${origin}/a/${encodeURIComponent(alertId)}`;
}
