/** The browser's own storage; undefined where the editor's settings block it, where only to name it throws. */
export function localShelf(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
