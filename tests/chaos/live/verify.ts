import { isDeepStrictEqual } from 'node:util';
import type { Entry, LogModel } from './model.ts';
import type { ClientTrace, ConnectionTrace, Position } from './trace.ts';

/** What a gateway promises to hold and to replay: within these bounds a cursor must be recovered. */
const HELD_AT_LEAST = { versions: 2000, bytes: 256 * 1024 };
/** Current alerts that a fresh hello must bring at most; with fewer it must bring all. */
const CURRENT_AT_MOST = 20;

/** All but the last are good reasons. */
export type Reason =
  | 'first connection'
  | 'new epoch'
  | 'gap no longer held'
  | 'gap too large'
  | 'the gateway was behind the reader';
export type Reasons = Record<Reason, number>;

export const noReasons = (): Reasons => ({
  'first connection': 0,
  'new epoch': 0,
  'gap no longer held': 0,
  'gap too large': 0,
  'the gateway was behind the reader': 0,
});

export interface Verdict {
  /** A sentence for each thing that should not have happened. */
  readonly faults: readonly string[];
  readonly recovered: number;
  /** Why a hello was not recovered. */
  readonly fresh: Readonly<Reasons>;
  readonly alerts: number;
}

/**
 * Goes through all that a client received, and compares it with the log.
 * @param options.complete it must have reached the end
 * @param options.mayAsk its proxy asks for what it missed, and then gets of each alert the newest version, as in a hello
 */
export function verify(
  trace: ClientTrace,
  model: LogModel,
  { complete, mayAsk }: { complete: boolean; mayAsk: boolean },
): Verdict {
  const faults = [...trace.faults];
  const fresh = noReasons();
  let recovered = 0;
  let alerts = 0;
  let end: Position | undefined;
  for (const connection of trace.connections) {
    if (connection.hello === undefined) continue;
    if (connection.hello.recovered) recovered += 1;
    else {
      const reason = whyFresh(trace, connection, model);
      if (reason === undefined) faults.push(`recovered:false without a reason: ${describe(connection)}`);
      else fresh[reason] += 1;
    }
    faults.push(...(connection.hello.recovered ? replayFaults : currentFaults)(trace, connection, model));
    faults.push(...orderFaults(trace, connection, model, mayAsk));
    alerts += connection.received.length + (connection.hello.recovered ? connection.hello.alerts.length : 0);
    end = connection.received.at(-1) ?? connection.hello.at;
  }
  if (complete && !isComplete(trace, end, model)) faults.push(`not complete: stands at ${show(end)}`);
  return { faults: faults.map((fault) => `${trace.name}: ${fault}`), recovered, fresh, alerts };
}

/** Whether nothing of the log is missing behind this position. */
export function isComplete(trace: ClientTrace, at: Position | undefined, model: LogModel): boolean {
  const last = model.expected(trace.filter, model.currentEpoch).at(-1)?.offset ?? 0;
  return at !== undefined && at.epoch === model.currentEpoch && at.offset >= last;
}

function whyFresh(trace: ClientTrace, connection: ConnectionTrace, model: LogModel): Reason | undefined {
  const { since, hello } = connection;
  if (since === undefined) return 'first connection';
  if (hello === undefined) return undefined;
  const epochs = model.epochs();
  const age = epochs.indexOf(hello.at.epoch) - epochs.indexOf(since.epoch);
  if (age > 0) return 'new epoch';
  if (age < 0 || hello.at.offset < since.offset) return 'the gateway was behind the reader';
  if (hello.at.offset - since.offset > HELD_AT_LEAST.versions) return 'gap no longer held';
  const missed = notSuperseded(
    between(model.expected(trace.filter, since.epoch), since.offset, hello.at.offset),
  );
  const bytes = missed.reduce((sum, { alert }) => sum + Buffer.byteLength(JSON.stringify(alert)), 0);
  return bytes > HELD_AT_LEAST.bytes ? 'gap too large' : undefined;
}

/** A recovered hello brings exactly what lies between the two cursors, of each alert the newest. */
function replayFaults(trace: ClientTrace, connection: ConnectionTrace, model: LogModel): string[] {
  const { since, hello } = connection;
  if (hello === undefined) return [];
  if (since === undefined || since.epoch !== hello.at.epoch || since.offset > hello.at.offset) {
    return [`recovered:true from another place: ${describe(connection)}`];
  }
  const missed = notSuperseded(
    between(model.expected(trace.filter, hello.at.epoch), since.offset, hello.at.offset),
  );
  const same = isDeepStrictEqual(
    missed.map(({ alert }) => alert),
    hello.alerts,
  );
  return same
    ? []
    : [`recovered ${hello.alerts.length} versions instead of ${missed.length}: ${describe(connection)}`];
}

/** A fresh hello brings the alerts that stand, each in its newest version, and none that the reader does not want. */
function currentFaults(trace: ClientTrace, connection: ConnectionTrace, model: LogModel): string[] {
  const { hello } = connection;
  if (hello === undefined) return [];
  if (!model.epochs().includes(hello.at.epoch)) return [`an epoch that never was: ${describe(connection)}`];
  const { wanted, allowed } = model.standing(trace.filter, hello.at.epoch, hello.at.offset);
  const faults: string[] = [];
  for (const alert of hello.alerts) {
    if (!allowed.some((one) => isDeepStrictEqual(one, alert))) {
      faults.push(`${alert.id}:${alert.version} does not stand: ${describe(connection)}`);
    }
  }
  const ids = new Set(hello.alerts.map((alert) => alert.id));
  if (ids.size < hello.alerts.length) faults.push(`an alert twice: ${describe(connection)}`);
  const missing = wanted.filter((alert) => !ids.has(alert.id));
  if (missing.length > 0 && hello.alerts.length < Math.min(CURRENT_AT_MOST, wanted.length)) {
    faults.push(`${missing.length} current alerts are missing: ${describe(connection)}`);
  }
  return faults;
}

/** After the hello every expected version comes, in order, once; `mayAsk`: or one that came after it replaces it. */
function orderFaults(
  trace: ClientTrace,
  connection: ConnectionTrace,
  model: LogModel,
  mayAsk: boolean,
): string[] {
  const { hello, received } = connection;
  if (hello === undefined) return [];
  const foreign = received.find((at) => at.epoch !== hello.at.epoch);
  if (foreign !== undefined) return [`${show(foreign)} after the hello of ${show(hello.at)}`];
  const all = between(model.expected(trace.filter, hello.at.epoch), hello.at.offset, Infinity);
  const following = mayAsk ? withoutReplaced(all, received) : all;
  const wrong = received.findIndex(({ offset }, index) => offset !== following[index]?.offset);
  if (wrong < 0) return [];
  return [
    `${show(received[wrong])} came where ${following[wrong]?.offset ?? 'nothing'} was due: ${describe(connection)}`,
  ];
}

/** Without versions that did not come, if a later version of the same alert came. */
function withoutReplaced(entries: readonly Entry[], received: readonly Position[]): Entry[] {
  const came = new Set(received.map(({ offset }) => offset));
  const newest = new Map(
    entries.filter(({ offset }) => came.has(offset)).map(({ alert, offset }) => [alert.id, offset]),
  );
  return entries.filter(({ alert, offset }) => came.has(offset) || offset > (newest.get(alert.id) ?? -1));
}

const between = (entries: readonly Entry[], after: number, upTo: number): Entry[] =>
  entries.filter(({ offset }) => offset > after && offset <= upTo);

const notSuperseded = (entries: readonly Entry[]): Entry[] => {
  const newest = new Map(entries.map((entry) => [entry.alert.id, entry]));
  return entries.filter((entry) => newest.get(entry.alert.id) === entry);
};

const show = (at: Position | undefined): string =>
  at === undefined ? 'nowhere' : `${at.epoch}:${at.offset}`;

const describe = ({ since, hello }: ConnectionTrace): string =>
  `came with ${show(since)}, hello ${show(hello?.at)}`;
