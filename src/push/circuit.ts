/**
 * Keeps us from a push service that answers nobody (`failed`) or does not accept us (`unauthorized`).
 * Closed: all may pass. Open: none, for a while. Then one probe: its answer closes the circuit or opens it for longer.
 */
export interface Circuit {
  readonly state: 'closed' | 'open' | 'probing';
  /** ms until a message may be tried; 0 if one may now. */
  waitMs(): number;
  succeeded(): void;
  failed(kind: Trouble): void;
}

export type Trouble = 'unauthorized' | 'unavailable';

/** `inARow`: one subscription made with another VAPID key must not stop the others. Times are ms. */
const RULES: Readonly<Record<Trouble, { inARow: number; first: number; longest: number }>> = {
  unauthorized: { inARow: 3, first: 30_000, longest: 300_000 },
  unavailable: { inARow: 20, first: 1000, longest: 30_000 },
};

/**
 * @param deps.now ms
 * @param deps.onChange called with each new state
 */
export function createCircuit(deps: {
  now: () => number;
  onChange: (state: Circuit['state'], cause: Trouble | undefined) => void;
}): Circuit {
  const { now, onChange } = deps;
  let state: Circuit['state'] = 'closed';
  let until = 0;
  let opened = 0; // times in a row without a success
  const inARow: Record<Trouble, number> = { unauthorized: 0, unavailable: 0 };

  function open(kind: Trouble): void {
    const { first, longest } = RULES[kind];
    until = now() + Math.min(longest, first * 2 ** Math.min(opened, 20));
    opened++;
    state = 'open';
    onChange(state, kind);
  }

  return {
    get state() {
      if (state === 'open' && now() >= until) {
        state = 'probing';
        onChange(state, undefined);
      }
      return state;
    },
    waitMs: () => (state === 'closed' ? 0 : Math.max(0, until - now())),
    succeeded() {
      inARow.unauthorized = 0;
      inARow.unavailable = 0;
      if (state === 'closed') return;
      // Answers to requests of before it opened prove nothing while it is open.
      if (state === 'open' && now() < until) return;
      opened = 0;
      state = 'closed';
      onChange(state, undefined);
    },
    failed(kind) {
      inARow[kind]++;
      inARow[kind === 'unauthorized' ? 'unavailable' : 'unauthorized'] = 0;
      if (state === 'probing') open(kind);
      else if (state === 'closed' && inARow[kind] >= RULES[kind].inARow) open(kind);
    },
  };
}
