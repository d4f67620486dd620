// Pages and service workers use it.
declare const location: { readonly hostname: string };

/** On a developer's machine there is no crowd to spread. */
const SHARE_AT_HOME = 0.02;

/** A random wait below `mostMs`, ms: all devices hear of a version in the same second, and must not all ask in the next. */
export function spread(mostMs: number): number {
  return Math.random() * mostMs * (location.hostname === 'localhost' ? SHARE_AT_HOME : 1);
}
