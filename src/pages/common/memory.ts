/**
 * The page's memory of its reader in this browser, in cookies, so that the server writes the page as the reader left it: the
 * language, whether the card is closed (`later`) or notifications are on, and the newest alert that was closed in the bar.
 */
export const MEMORIES = ['language', 'card', 'closed'] as const;
export type Memory = (typeof MEMORIES)[number];

/** @param cookies the text of a `Cookie` header, or of `document.cookie` */
export function readMemory(name: Memory, cookies: string): string | undefined {
  const start = `ajil-${name}=`;
  const found = cookies.split(';').find((pair) => pair.trim().startsWith(start));
  return found?.trim().slice(start.length);
}
