const KEY = 'ajil-bar-dismissed';
/** More alerts than one or two bars can hold. */
const MAX_REMEMBERED = 150;

/** The alerts that this site's reader has closed, in the site's storage; without storage, in this page's memory. */
export interface Dismissals {
  has(alertId: string): boolean;
  add(alertIds: readonly string[]): void;
  /** Calls when another tab closes one. @returns stops listening */
  onChange(listener: () => void): () => void;
}

export function openDismissals(): Dismissals {
  let ids = read() ?? [];

  return {
    has: (alertId) => ids.includes(alertId),
    add: (alertIds) => {
      ids = [...new Set([...(read() ?? ids), ...alertIds])].slice(-MAX_REMEMBERED);
      try {
        localStorage.setItem(KEY, JSON.stringify(ids));
      } catch {
        // The storage is blocked or full: only this page remembers.
      }
    },
    onChange: (listener) => {
      const onStorage = (event: StorageEvent): void => {
        if (event.key !== KEY) return;
        ids = read() ?? ids;
        listener();
      };
      addEventListener('storage', onStorage);
      return () => removeEventListener('storage', onStorage);
    },
  };
}

/** Undefined if we stored nothing, or the browser blocks storage. */
function read(): string[] | undefined {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return Array.isArray(stored) ? stored.map(String) : undefined;
  } catch {
    return undefined;
  }
}
