/** Brings a page to the front: the one that is open already, or a new one. */
export async function openPage(clients: Clients, url: string): Promise<void> {
  const pages = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((client) => client.url === url);
  if (page) await page.focus();
  else await clients.openWindow(url);
}
