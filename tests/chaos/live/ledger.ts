import type { LineEnd } from './lines.ts';
import { noReasons, type Reason, type Verdict } from './verify.ts';

/** What happened in a run: everything that can be counted. */
export interface Ledger {
  round(fault: string, alerts: number, ms: number): void;
  end(end: LineEnd): void;
  verdict(verdict: Verdict): void;
  readonly faults: readonly string[];
  readonly recovered: number;
  /** As text, to be printed at the end. */
  toString(): string;
}

type Refused = Extract<LineEnd, { type: 'refused' }>;

const SHOWN_FAULTS = 20;

/** How the gateway may end a line, or turn it away, when the client did nothing wrong (src/live/protocol.ts). */
const DOCUMENTED_CLOSES: ReadonlySet<number> = new Set([1012, 1013, 4408]);
const DOCUMENTED_REFUSALS: ReadonlySet<number> = new Set([503]);
/** What a proxy answers by itself, while no server does (502, 504) or not all of its own parts run yet (500). */
const PROXY_REFUSALS: ReadonlySet<number> = new Set([500, 502, 504]);

export function createLedger(title: string, proxied = false): Ledger {
  const isDocumented = ({ status, said }: Refused): boolean =>
    said === undefined ? DOCUMENTED_REFUSALS.has(status) : proxied && PROXY_REFUSALS.has(status);
  const rounds: string[] = [];
  const ends = new Map<string, number>();
  const faults: string[] = [];
  const fresh = noReasons();
  let recovered = 0;
  let alerts = 0;
  let clients = 0;

  return {
    round: (fault, count, ms) => {
      rounds.push(
        `${String(rounds.length + 1).padStart(3)}  ${fault.padEnd(28)} ${String(count).padStart(5)} alerts  ${(ms / 1000).toFixed(1)} s`,
      );
    },
    end: (end) => {
      const name = { refused: 'refused with', closed: 'closed with', torn: 'torn:' }[end.type];
      const what = end.type === 'refused' ? refusalText(end) : end.type === 'closed' ? end.code : end.reason;
      ends.set(`${name} ${what}`, (ends.get(`${name} ${what}`) ?? 0) + 1);
      if (end.type === 'refused' && !isDocumented(end)) faults.push(`refused with ${what}`);
      if (end.type === 'closed' && !DOCUMENTED_CLOSES.has(end.code)) faults.push(`closed with ${end.code}`);
    },
    verdict: (verdict) => {
      clients += 1;
      alerts += verdict.alerts;
      recovered += verdict.recovered;
      faults.push(...verdict.faults);
      const behind = verdict.fresh['the gateway was behind the reader'];
      if (behind > 0) faults.push(`${behind} hellos of a gateway that was behind the reader`);
      for (const reason of Object.keys(fresh) as Reason[]) fresh[reason] += verdict.fresh[reason];
    },
    faults,
    get recovered() {
      return recovered;
    },
    toString: () =>
      [
        title,
        ...rounds,
        `clients ${clients}; versions received after a cursor ${alerts}; hellos recovered ${recovered}`,
        `hellos not recovered: ${Object.entries(fresh)
          .map(([reason, count]) => `${reason} ${count}`)
          .join(', ')}`,
        `lines that ended: ${[...ends].map(([name, count]) => `${name} (${count})`).join(', ') || 'none'}`,
        faults.length === 0
          ? 'every client has what the log has: no gap, no double, no disorder'
          : `FAULTS: ${faults.length}\n${faults.slice(0, SHOWN_FAULTS).join('\n')}`,
      ].join('\n'),
  };
}

const refusalText = ({ status, said }: Refused): string =>
  said === undefined ? String(status) : `${status} (${said})`;
