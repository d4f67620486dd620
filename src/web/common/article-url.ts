/** Whether a link may be followed: https without credentials, or one of our pages. The server has checked it too. */
function isSafe(url: URL, origin: string): boolean {
  const plain = url.username === '' && url.password === '';
  // A `blob:` address has its maker's origin, but is not one of our pages.
  const isOurs = url.protocol === new URL(origin).protocol && url.origin === origin;
  return plain && (url.protocol === 'https:' || isOurs);
}

/**
 * The address that an alert's reader opens: the article's if it may be followed, otherwise that of the alert's own page.
 * @param origin of our own pages
 */
export function articleUrl(address: string | null | undefined, alertId: string, origin: string): string {
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
  if (url !== undefined && isSafe(url, origin)) return url.href;
  return `${origin}/a/${encodeURIComponent(alertId)}`;
}
