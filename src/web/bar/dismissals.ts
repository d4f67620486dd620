const KEY = 'ajil-bar-dismissed';
/** More than can be current in a bar or two. */
const MAX_REMEMBERED = 150;

/** Which alerts this site's reader has closed: in the site's own storage, or for this page only where there is none. */
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
        // Blocked or full: this page remembers.
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

/** Undefined where nothing of ours is stored, or nothing may be. */
function read(): string[] | undefined {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return Array.isArray(stored) ? stored.map(String) : undefined;
  } catch {
    return undefined;
  }
}
