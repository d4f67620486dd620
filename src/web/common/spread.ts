// Of pages and service workers alike.
declare const location: { readonly hostname: string };

/** On one's own machine there is no crowd to spread. */
const SHARE_AT_HOME = 0.02;

/** A random wait, ms, below `mostMs`: what all devices learn in the same second they must not all ask about in the next. */
export function spread(mostMs: number): number {
  return Math.random() * mostMs * (location.hostname === 'localhost' ? SHARE_AT_HOME : 1);
}
