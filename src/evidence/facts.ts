import { isPublic, type EditorAlert } from '../alerts/schema.ts';
import type { AlertStore } from '../alerts/store.ts';
import { countBits } from '../audience/bitmap.ts';
import type { Selection } from '../audience/selection.ts';
import { SHARDS } from '../audience/shard.ts';
import type { Ledger } from '../delivery/ledger/ledger.ts';
import { versionName } from '../delivery/queues.ts';
import type { ReportStore } from '../delivery/report/report.ts';
import type { AuditLog } from '../editors/audit.ts';
import type { EditorStore } from '../editors/store.ts';
import type { EvidenceKeys } from './keys.ts';

/** What is said of an alert, a fact a line. The keys are those of docs/evidence.md. */
export type Fact =
  | { readonly kind: 'version'; readonly alert: EditorAlert }
  | { readonly kind: 'editor'; readonly id: string; readonly name: string; readonly role: string }
  | ({ readonly kind: 'report' } & object)
  /** Of a shard, one of 64 parts of all subscriptions: how many the version was for, and how many have an outcome. */
  | {
      readonly kind: 'ledger';
      readonly version: number;
      readonly shard: number;
      readonly audience: number;
      readonly settled: number;
      /** Over both bitmaps. It tells no reader, and any other bit gives another seal. */
      readonly seal: string;
    }
  /** An entry of the audit log. Of entries that are about something else there are the hashes alone. */
  | { readonly kind: 'audit'; readonly prev: string; readonly hash: string; readonly entry?: string };

export interface FactsDeps {
  readonly alerts: Pick<AlertStore, 'versions'>;
  readonly reports: Pick<ReportStore, 'get'>;
  readonly selection: Pick<Selection, 'frozen'>;
  readonly ledger: Pick<Ledger, 'settledSlots'>;
  readonly audit: Pick<AuditLog, 'whole'>;
  readonly editors: Pick<EditorStore, 'list'>;
  readonly keys: Pick<EvidenceKeys, 'seal'>;
}

/** All facts of an alert, in an order that does not change. None: there is no such alert. */
export async function* factsOf(deps: FactsDeps, alertId: string): AsyncGenerator<Fact> {
  const versions = await deps.alerts.versions(alertId);
  if (versions.length === 0) return;
  for (const alert of versions) yield { kind: 'version', alert };
  yield* editorsOf(deps, versions);
  for (const { status, version } of versions) {
    const report = isPublic(status) ? await deps.reports.get(alertId, version) : undefined;
    if (report === undefined) continue;
    yield { kind: 'report', ...report };
    yield* ledgerOf(deps, { alertId, version });
  }
  yield* auditOf(deps, alertId);
}

async function* editorsOf(deps: FactsDeps, versions: readonly EditorAlert[]): AsyncGenerator<Fact> {
  const involved = new Set(
    versions.flatMap(({ author, createdBy, approvedBy, review }) => [
      author,
      createdBy,
      approvedBy,
      review?.by,
    ]),
  );
  const known = (await deps.editors.list()).filter(({ id }) => involved.has(id));
  for (const { id, name, role } of known.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    yield { kind: 'editor', id, name, role };
  }
}

async function* ledgerOf(
  deps: FactsDeps,
  version: { readonly alertId: string; readonly version: number },
): AsyncGenerator<Fact> {
  for (let shard = 0; shard < SHARDS; shard++) {
    const [audience, settled] = await Promise.all([
      deps.selection.frozen(versionName(version), shard, 0, -1),
      deps.ledger.settledSlots(version, shard, 0, -1),
    ]);
    if (audience.length === 0) continue;
    const seal = deps.keys.seal(`${versionName(version)} ${shard}`, [audience, settled]);
    yield {
      kind: 'ledger',
      version: version.version,
      shard,
      audience: countBits(audience),
      settled: countBits(settled),
      seal,
    };
  }
}

/** From the first entry about the alert on: the hashes of what is between show that nothing was left out. */
async function* auditOf(deps: FactsDeps, alertId: string): AsyncGenerator<Fact> {
  let begun = false;
  for await (const page of deps.audit.whole()) {
    for (const { prev, hash, entry } of page) {
      const isAbout = alertIn(entry) === alertId;
      begun ||= isAbout;
      if (begun) yield { kind: 'audit', prev, hash, ...(isAbout ? { entry } : {}) };
    }
  }
}

/** The alert that an entry is about: its target is an alert, or `alert:version`. */
function alertIn(entry: string): string | undefined {
  try {
    const { target } = JSON.parse(entry) as { target?: unknown };
    return typeof target === 'string' ? target.split(':', 1)[0] : undefined;
  } catch {
    return undefined;
  }
}
