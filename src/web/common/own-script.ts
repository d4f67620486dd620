// A site loads our scripts from us, or bundles, inlines or evaluates them.

/** The tag of the script that runs: a classic script knows it only while it runs; a module finds it by the file's name. */
export function ownScript(name: RegExp): HTMLScriptElement | undefined {
  const isOurs = (tag: HTMLScriptElement): boolean =>
    name.test(URL.canParse(tag.src) ? new URL(tag.src).pathname : '') || 'origin' in tag.dataset;
  const { currentScript } = document;
  if (currentScript instanceof HTMLScriptElement && isOurs(currentScript)) return currentScript;
  return [...document.querySelectorAll('script')].find(isOurs);
}

/** Undefined if the site put the script's text into another script: then only the attribute `origin` tells where Ajil is. */
export function originOf(tag: HTMLScriptElement | undefined, name: RegExp): string | undefined {
  return tag !== undefined && name.test(tag.src.split(/[?#]/, 1)[0] ?? '')
    ? new URL(tag.src).origin
    : undefined;
}
