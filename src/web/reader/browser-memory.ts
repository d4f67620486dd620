/** What the page remembers in this browser; a browser that keeps nothing only forgets. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`ajil-${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param value undefined: forget it */
export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`ajil-${name}`);
    else localStorage.setItem(`ajil-${name}`, value);
  } catch {
    // Blocked by the reader's settings.
  }
}
