/** Gives a shadow tree its style. A constructed sheet needs no `style-src` of the page. */
export function adoptStyle(root: ShadowRoot, text: string): void {
  if ('adoptedStyleSheets' in root) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [sheet];
    return;
  }
  // Safari before 16.4; there the page's policy must allow it.
  const style = document.createElement('style');
  style.textContent = text;
  (root as ShadowRoot).append(style);
}
