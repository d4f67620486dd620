/** What goes wrong. `taken`: the message counts as received all the same, as when only the answer was lost. */
type FaultEffect =
  /** `retryAfter`: the header's form; it names the end of the fault (`forMs`), else one second. */
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly reason?: string;
      readonly retryAfter?: 'seconds' | 'date';
      readonly location?: string;
    }
  /** Accepts the request and never answers. */
  | { readonly type: 'stall'; readonly taken?: boolean }
  /** Cuts the connection, and with it whatever else was on it. */
  | { readonly type: 'reset'; readonly taken?: boolean }
  /** Answers as usual, later. */
  | { readonly type: 'latency'; readonly ms: number };

export type Fault = FaultEffect & {
  /** Whom it meets; without it every subscription. A share is always the same subscriptions, see {@link inShare}. */
  readonly where?: { readonly endpoints: readonly string[] } | { readonly share: number };
  /** Only the first so many requests to each subscription. */
  readonly firstAttempts?: number;
  /** Ends by itself after so long. */
  readonly forMs?: number;
};

/** Whether a subscription belongs to a share (0 to 1): decided by its endpoint alone (FNV-1a). */
export function inShare(endpoint: string, share: number): boolean {
  let hash = 0x811c9dc5;
  for (let index = 0; index < endpoint.length; index += 1) {
    hash = Math.imul(hash ^ endpoint.charCodeAt(index), 0x01000193);
  }
  // FNV's upper bits differ little between similar strings: mix once more (the finalizer of MurmurHash3).
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32 < share;
}

interface ActiveFault {
  readonly id: number;
  readonly fault: Fault;
  readonly endpoints: ReadonlySet<string> | undefined;
  readonly attempts: Map<string, number>;
  readonly endsAt: number;
}

export interface MetFault {
  readonly effect: FaultEffect;
  /** Epoch ms; Infinity for a fault without end. */
  readonly endsAt: number;
}

export interface Faults {
  add(fault: Fault): number;
  /** Without an id: all of them. */
  clear(id?: number): void;
  /** The faults that this attempt meets, oldest first. Counts the attempt. */
  meet(endpoint: string): readonly MetFault[];
}

/** @param now epoch in ms */
export function createFaults(now: () => number): Faults {
  let active: ActiveFault[] = [];
  let lastId = 0;

  function meets(entry: ActiveFault, endpoint: string): boolean {
    const { where, firstAttempts } = entry.fault;
    if (now() >= entry.endsAt) return false;
    if (entry.endpoints !== undefined && !entry.endpoints.has(endpoint)) return false;
    if (where !== undefined && 'share' in where && !inShare(endpoint, where.share)) return false;
    if (firstAttempts === undefined) return true;
    const attempt = (entry.attempts.get(endpoint) ?? 0) + 1;
    entry.attempts.set(endpoint, attempt);
    return attempt <= firstAttempts;
  }

  return {
    add: (fault) => {
      lastId += 1;
      const { where } = fault;
      const endpoints = where !== undefined && 'endpoints' in where ? new Set(where.endpoints) : undefined;
      const endsAt = fault.forMs === undefined ? Number.POSITIVE_INFINITY : now() + fault.forMs;
      active.push({ id: lastId, fault, endpoints, attempts: new Map(), endsAt });
      return lastId;
    },
    clear: (id) => {
      active = id === undefined ? [] : active.filter((entry) => entry.id !== id);
    },
    meet: (endpoint) =>
      active.length === 0
        ? []
        : active
            .filter((entry) => meets(entry, endpoint))
            .map((entry) => ({ effect: entry.fault, endsAt: entry.endsAt })),
  };
}
