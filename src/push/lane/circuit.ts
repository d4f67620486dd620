/**
 * Keeps us from a push service that answers nobody (`failed`) or does not accept us (`unauthorized`).
 * Closed: all may pass. Open: none, for a while. Then one probe: its answer closes the circuit or opens it for longer.
 */
export interface Circuit {
  readonly state: 'closed' | 'open' | 'probing';
  /** ms until a message may be tried; 0 if one may now. */
  waitMs(): number;
  succeeded(): void;
  /** @param again the message had failed before, which says more of its subscription than of the service */
  failed(kind: Trouble, failure: { startedAt: number; again: boolean }): void;
}

export type Trouble = 'unauthorized' | 'unavailable';

const ROW_MS = 2000;
/** A failure that starts this long after the last one begins a new series: alerts are hours apart. */
const ROW_ENDS_MS = 10_000;
/**
 * `inARow` without a success between them, from the start of the first to the end of the last for {@link ROW_MS} at
 * least: subscriptions made with another VAPID key, however many a stranger brings, must not stop the others.
 * Times are ms.
 */
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
  let row: { kind: Trouble; failures: number; since: number; last: number } | undefined;

  function open(kind: Trouble, longer: boolean): void {
    const { first, longest } = RULES[kind];
    if (longer) opened++;
    until = now() + Math.min(longest, first * 2 ** Math.min(opened - 1, 20));
    state = 'open';
    row = undefined;
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
      row = undefined;
      if (state === 'closed') return;
      // Answers to requests of before it opened prove nothing while it is open.
      if (state === 'open' && now() < until) return;
      opened = 0;
      state = 'closed';
      onChange(state, undefined);
    },
    failed(kind, { startedAt, again }) {
      if (state === 'probing') return open(kind, !again);
      if (state === 'open' || again) return;
      const isOver = row === undefined || row.kind !== kind || startedAt - row.last >= ROW_ENDS_MS;
      if (row === undefined || isOver) row = { kind, failures: 0, since: startedAt, last: 0 };
      row.failures++;
      row.last = now();
      if (row.failures >= RULES[kind].inARow && now() - row.since >= ROW_MS) open(kind, true);
    },
  };
}
