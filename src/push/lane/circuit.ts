/**
 * Stops sending to a push service that answers nobody (`unavailable`) or does not accept our key (`unauthorized`).
 *
 *     closed ── a row of failures of one kind ──► open
 *     open ──── the wait is over ───────────────► probing
 *     probing ─ the probe succeeds ─────────────► closed
 *     probing ─ the probe fails ────────────────► open, for twice as long (as long, if its message had failed before)
 *
 * - closed: every message may start.
 * - open: no message starts. Answers to requests from before it opened change nothing.
 * - probing: one message starts, and its answer decides.
 */
export interface Circuit {
  readonly state: 'closed' | 'open' | 'probing';
  /** ms until a message may be tried; 0 if one may now. */
  waitMs(): number;
  succeeded(): void;
  /** @param again the message had failed before, which says more about its subscription than about the service */
  failed(kind: Trouble, failure: { startedAt: number; again: boolean }): void;
}

export type Trouble = 'unauthorized' | 'unavailable';

/** Shortest row that opens the circuit, ms. */
const ROW_MS = 2000;
/** A failure that starts this long after the last one begins a new row, ms: alerts are hours apart. */
const ROW_ENDS_MS = 10_000;
/**
 * A row has at least `inARow` failures without a success between them, and lasts {@link ROW_MS} or more from the start of
 * the first to the end of the last. Subscriptions made with another VAPID key must not stop the others, however many a
 * stranger brings. The circuit is open for `first` ms, then for twice as long each time, up to `longest`.
 */
const RULES: Readonly<Record<Trouble, { inARow: number; first: number; longest: number }>> = {
  unauthorized: { inARow: 3, first: 30_000, longest: 300_000 },
  unavailable: { inARow: 20, first: 1000, longest: 30_000 },
};

/**
 * @param deps.now ms
 * @param deps.onChange called with each new state, and with the trouble that opened the circuit
 */
export function createCircuit(deps: {
  now: () => number;
  onChange: (state: Circuit['state'], cause: Trouble | undefined) => void;
}): Circuit {
  const { now, onChange } = deps;
  let state: Circuit['state'] = 'closed';
  let until = 0;
  let opened = 0; // how often in a row, without a success
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
      // The request began before the circuit opened, so its answer proves nothing.
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
