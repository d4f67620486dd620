import { randomBytes } from 'node:crypto';
import { isPublic, toPublicAlert, type Alert } from '../../alerts/schema.ts';
import type { AlertStore } from '../../alerts/store.ts';
import type { ReadableHash } from '../../editors/audited-hash.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Redis } from '../../redis/connect.ts';
import { keys } from '../../redis/keys.ts';
import { inTurn } from '../../redis/turn.ts';
import { POSTS } from '../queue.ts';
import type { OutletEvent, Teller, Told } from '../teller.ts';
import { bring, type Brought, type Versions } from './bring.ts';
import { wants } from './filter.ts';
import type { Outlet } from './outlet.ts';
import type { PausedOutlets } from './paused.ts';
import { sayReason, type Reason } from './reason.ts';
import { treatmentOf, type Fault, type Service } from './service.ts';
import type { ServiceOf } from './services.ts';
import type { TrailStore } from './trail.ts';

export const newOutletId = (): string => `out${randomBytes(9).toString('hex')}`;

/** Longer than a run takes with all its calls, ms: a process that dies leaves its turn for so long. */
const TURN_MS = 60_000;
/** Another process posts in the outlet: we look again so soon. */
const NEXT_TURN_MS = 300;
/** A paused outlet is looked at again so soon: an admin may have mended it. */
const PAUSED_MS = 10_000;
/** A service may put us off for so long at a time. */
const MOST_WAIT_MS = 3_600_000;
/** What is older is not brought in any more: nobody waits for it. */
const MOST_AGE_MS = 24 * 3_600_000;

export interface PostsDeps {
  readonly redis: Redis;
  /** Undefined: it is of a release that we do not know, and is left alone. */
  readonly outlets: ReadableHash<Outlet | undefined>;
  readonly paused: PausedOutlets;
  readonly trails: TrailStore;
  readonly alerts: Pick<AlertStore, 'versions'>;
  readonly serviceOf: ServiceOf;
  readonly publicUrl: string;
  /** In a drill nothing is posted. */
  readonly isDrill: boolean;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Posts alerts for the newsroom in its outlets. One process at a time works on an outlet, so versions of an alert come in
 * order, a service gets one call at a time, and one that hangs keeps one worker.
 *
 *     tell ── off, gone ──► told: nothing is wanted
 *          ── too old ──► over
 *          ── paused, asked to wait, another process has the turn ──► later: no attempt
 *          ── bring ── done ──► told
 *                   ── busy ──► everybody waits for as long as the service says
 *                   ── refused for good (credentials, rights) ──► paused, until an admin has mended it
 *                   ── no answer, a fault ──► again
 */
export function createPosts(deps: PostsDeps): Teller {
  const { redis, outlets, paused, trails, now } = deps;

  async function publicVersions(alertId: string): Promise<Alert[]> {
    const all = await deps.alerts.versions(alertId);
    return all.filter(({ status }) => isPublic(status)).map(toPublicAlert);
  }

  async function notNow(outlet: Outlet, event: OutletEvent): Promise<Told | undefined> {
    if (now() - Date.parse(event.at) > MOST_AGE_MS) return over('late');
    if ((await paused.get(outlet.id)) !== undefined) return { type: 'later', afterMs: PAUSED_MS };
    const waitMs = await redis.pttl(keys.outletWait(outlet.id));
    return waitMs > 0 ? { type: 'later', afterMs: waitMs } : undefined;
  }

  async function wait(id: string, ms: number): Promise<void> {
    if (ms > 0) await redis.set(keys.outletWait(id), '1', 'PX', Math.ceil(Math.min(ms, MOST_WAIT_MS)));
  }

  async function pause(outlet: Outlet, { reason, detail }: Fault): Promise<void> {
    const said = sayReason(reason, detail);
    await paused.add(outlet.id, { ...said, since: new Date(now()).toISOString() });
    deps.logger.error(
      { outlet: outlet.id, type: outlet.type, reason: said.reason },
      'an outlet is paused, because its service refuses it: an admin must look',
    );
  }

  async function toldOf(outlet: Outlet, service: Service, brought: Brought): Promise<Told> {
    if (brought.type === 'over') return over(brought.reason);
    if (brought.type === 'told') {
      await wait(outlet.id, service.can.pauseMs);
      const { status, reason } = brought;
      return { type: 'told', ...(status === undefined ? {} : { status }), ...(reason && sayReason(reason)) };
    }
    const { fault } = brought;
    const about = { ...sayReason(fault.reason, fault.detail), ...(fault.status && { status: fault.status }) };
    switch (treatmentOf(fault.reason)) {
      case 'wait':
        await wait(outlet.id, fault.afterMs ?? 0);
        deps.logger.info({ outlet: outlet.id, afterMs: fault.afterMs }, 'a service asks us to wait');
        return { type: 'later', afterMs: Math.min(fault.afterMs ?? NEXT_TURN_MS, MOST_WAIT_MS) };
      case 'pause':
        await pause(outlet, fault);
        return { type: 'again', ...about };
      case 'over':
        return { type: 'over', ...about };
      case 'missing':
      case 'again':
        break;
    }
    return { type: 'again', ...about };
  }

  async function work(outlet: Outlet, event: OutletEvent): Promise<Told> {
    const hindrance = await notNow(outlet, event);
    if (hindrance !== undefined) return hindrance;
    const all = await publicVersions(event.alertId);
    const [wanted, newest] = [all.find(({ version }) => version === event.version), all.at(-1)];
    if (wanted === undefined || newest === undefined) return { type: 'told' };
    const versions: Versions = { wanted, newest, all };
    const service = deps.serviceOf(outlet);
    const save = (trail: Parameters<TrailStore['put']>[2]): Promise<void> =>
      trails.put(outlet.id, event.alertId, trail);
    const before = await trails.get(outlet.id, event.alertId);
    return toldOf(outlet, service, await bring({ ...deps, outlet, service, save }, versions, before));
  }

  return {
    name: POSTS,
    receivers: async ({ alertId, version }) => {
      if (deps.isDrill) return [];
      const on = (await outlets.all()).flatMap(([, outlet]) => (outlet?.enabled === true ? [outlet] : []));
      if (on.length === 0) return [];
      const ids = on.map(({ id }) => id);
      const [all, having] = await Promise.all([publicVersions(alertId), trails.having(ids, alertId)]);
      const known = all.filter((one) => one.version <= version);
      // An alert that has changed its topics is corrected where it was posted.
      return on
        .filter((outlet) => having.has(outlet.id) || known.some((one) => wants(outlet, one)))
        .map(({ id }) => id);
    },
    tell: async (id, event) => {
      const outlet = await outlets.get(id);
      if (outlet === undefined || !outlet.enabled) return { type: 'told', ...sayReason('off') };
      const told = await inTurn(redis, keys.outletTurn(id), TURN_MS, () => work(outlet, event));
      return told ?? { type: 'later', afterMs: NEXT_TURN_MS };
    },
  };
}

const over = (reason: Reason): Told => ({ type: 'over', ...sayReason(reason) });

/** What a test found: nothing is posted by it. */
export type TestOutlet = (outlet: Outlet) => Promise<{
  readonly works: boolean;
  readonly code: Reason | null;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly status: number | null;
  readonly ms: number;
}>;

export const createTestOutlet =
  ({ serviceOf }: Pick<PostsDeps, 'serviceOf'>): TestOutlet =>
  async (outlet) => {
    const began = performance.now();
    const found = await serviceOf(outlet).check();
    const ms = Math.round(performance.now() - began);
    if (found.type === 'done') {
      return { works: true, code: null, reason: null, detail: null, status: found.status ?? null, ms };
    }
    const { reason, detail, status } = found.fault;
    return { works: false, detail: null, ...sayReason(reason, detail), status: status ?? null, ms };
  };
