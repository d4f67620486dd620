import type { Alert } from '../../alerts/schema.ts';
import { messageOf } from './message.ts';
import type { Outlet } from './outlet.ts';
import { wants } from './filter.ts';
import { nextStep, type Step } from './plan.ts';
import type { Reason } from './reason.ts';
import { treatmentOf, type Fault, type Service } from './service.ts';
import type { Trail } from './trail.ts';

/** Steps of one run; more are left to the next. */
const MOST_STEPS = 4;
const MOST_REMOVED = 3;

/** What came of bringing an outlet up to date. `fault`: it is not, and why. */
export type Brought =
  | { readonly type: 'told'; readonly status?: number; readonly reason?: Reason }
  | { readonly type: 'over'; readonly reason: Reason }
  | { readonly type: 'fault'; readonly fault: Fault };

export interface BringDeps {
  readonly outlet: Outlet;
  readonly service: Service;
  readonly publicUrl: string;
  /** Keeps what stands now. It is kept before and after each call, so that a crash in between is seen. */
  readonly save: (trail: Trail) => Promise<void>;
  readonly now: () => number;
}

export interface Versions {
  /** The version that the outlet is to be told of. */
  readonly wanted: Alert;
  readonly newest: Alert;
  /** All that are public, oldest first. */
  readonly all: readonly Alert[];
}

/** Brings what stands of an alert in an outlet up to its newest version. Doing it again does nothing more. */
export async function bring(deps: BringDeps, alert: Versions, before: Trail): Promise<Brought> {
  const { service, outlet } = deps;
  const { newest } = alert;
  let trail = before;
  let told: Extract<Brought, { type: 'told' }> = { type: 'told' };
  const keep = async (change: Partial<Trail>): Promise<void> => {
    trail = { ...trail, ...change };
    await deps.save(trail);
  };

  /** An attempt before this one had no answer. Where a key helps, the same post is asked for again and found. */
  async function settle(): Promise<Brought | undefined> {
    const { trying } = trail;
    if (trying === null) return undefined;
    const { repeatMs, mostUnanswered } = service.can;
    if (deps.now() - trying.sinceMs < repeatMs) return undefined;
    await keep({ isLoose: true });
    if (trying.attempts < mostUnanswered) {
      told = { ...told, reason: 'maybe-twice' };
      return undefined;
    }
    await keep({ trying: null });
    return { type: 'over', reason: 'uncertain' };
  }

  async function post(step: Extract<Step, { type: 'post' }>): Promise<Fault | undefined> {
    const { trying } = trail;
    const isRepeat = trying !== null && deps.now() - trying.sinceMs < service.can.repeatMs;
    const version = isRepeat ? trying.version : newest.version;
    const { sinceMs, attempts } = trying ?? { sinceMs: deps.now(), attempts: 0 };
    const replaces = isRepeat ? [...new Set([...trying.replaces, ...step.replaces])] : step.replaces;
    const { thread } = step;
    await keep({ trying: { version, sinceMs, attempts: attempts + 1, replaces: [...replaces] } });
    const key = `${newest.id}.${version}.${outlet.id}`;
    const named = alert.all.find((one) => one.version === version) ?? newest;
    const { at } = messageOf(named, deps.publicUrl);
    const done = await service.post(messageOf(step.alert, deps.publicUrl), { key, at, thread });
    if (done.type === 'failed') {
      if (done.fault.isUncertain !== true) await keep({ trying });
      return done.fault;
    }
    const kept = trail.posts.filter((ref) => !replaces.includes(ref) && ref !== done.ref);
    await keep({
      // What stands may have the text of the attempt before: the next step sees to that.
      version: isRepeat && done.isOlder === true ? version : newest.version,
      posts: [...kept, done.ref],
      stale: [...trail.stale, ...replaces],
      trying: null,
    });
    told = { ...told, ...(done.status === undefined ? {} : { status: done.status }) };
    if (done.remark !== undefined) told = { ...told, reason: done.remark };
    return undefined;
  }

  async function edit(step: Extract<Step, { type: 'edit' }>): Promise<Fault | undefined> {
    const message = messageOf(step.alert, deps.publicUrl);
    for (const ref of trail.posts) {
      const done = await service.edit(ref, message);
      if (done.type === 'failed') {
        if (treatmentOf(done.fault.reason) !== 'missing') return done.fault;
        await keep({ posts: trail.posts.filter((other) => other !== ref), isLoose: true });
      } else if (done.status !== undefined) told = { ...told, status: done.status };
    }
    // Nothing is left to edit: the next step sees what to do without.
    if (trail.posts.length === 0) return undefined;
    if (step.andPost) return post({ type: 'post', alert: step.alert, thread: trail.posts, replaces: [] });
    await keep({ version: newest.version, trying: null });
    return undefined;
  }

  async function removeStale(): Promise<Fault | undefined> {
    for (const ref of trail.stale.slice(0, MOST_REMOVED)) {
      const done = await service.remove(ref);
      if (done.type === 'failed') return done.fault;
      await keep({ stale: trail.stale.filter((other) => other !== ref) });
    }
    return undefined;
  }

  const unsettled = await settle();
  if (unsettled !== undefined) return unsettled;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const step = nextStep({
      ...alert,
      trail,
      missed: alert.all.filter(({ version }) => version > trail.version),
      can: service.can,
      isWanted: wants(outlet, newest),
      nowMs: deps.now(),
    });
    if (step.type === 'over') return step;
    if (step.type === 'nothing') {
      const fault = await removeStale();
      if (fault !== undefined) return { type: 'fault', fault };
      return {
        ...told,
        ...(told.reason === undefined && step.reason !== undefined ? { reason: step.reason } : {}),
      };
    }
    const fault = await (step.type === 'post' ? post(step) : edit(step));
    if (fault !== undefined) return { type: 'fault', fault };
  }
  return { type: 'fault', fault: { reason: 'broken' } };
}
