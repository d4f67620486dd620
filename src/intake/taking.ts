import { Counter } from 'prom-client';
import { storedUrl } from '../alerts/schema.ts';
import type { Editor } from '../editors/schema.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Arrivals } from './arrivals.ts';
import type { Intake } from './intake.ts';
import type { Item, ReadItems } from './item.ts';
import { reason, type Reason } from './reasons.ts';
import type { Source } from './source.ts';
import { ignored, told } from './answers.ts';
import type { Taken } from './item-record.ts';

/** The whole way of what a source has sent: each item becomes what it may, is counted, and is in the log if it was ignored. */
export interface Taking {
  /**
   * An item that can never be used does not keep the others from being taken in; what it may have continued is not ended then.
   * @param by the editor who brought it; undefined: the source itself
   * @throws {Problem} the first that an item met; 422 for bytes that hold no items
   */
  take(source: Source, read: ReadItems, by?: Editor): Promise<readonly Taken[]>;
  /** Gives an item up that never got as far as that. */
  giveUp(source: Source, item: Item, why: Reason): Promise<void>;
}

/** These come again whenever the item does. */
const FINAL: ReadonlySet<ProblemCode> = new Set(['invalid-body', 'message-too-large']);
export const isFinal = ({ code }: Problem): boolean => FINAL.has(code);

export function createTaking(deps: {
  readonly intake: Intake;
  readonly arrivals: Pick<Arrivals, 'note'>;
  /** Where links of alerts may lead; null: anywhere. */
  readonly sites: readonly string[] | null;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Taking {
  const counter = new Counter({
    name: 'ajil_intake_items_total',
    help: 'Items that sources sent, by what became of them; refused: they cannot be used',
    labelNames: ['source', 'action'],
    registers: [deps.metrics],
  });

  async function note(source: Source, { id, headline }: Named, taken: Taken): Promise<Taken> {
    const { action, alertId, status, reason = null, why = null } = taken;
    await deps.arrivals.note(source.id, {
      item: id,
      headline: headline || null,
      action,
      alertId,
      status,
      reason,
      why,
    });
    counter.inc({ source: source.id, action: taken.action });
    if (taken.action === 'ignored') {
      const about = { source: source.id, item: id.slice(0, 200), reason: taken.reason };
      deps.logger.info(about, 'an item of a source was ignored');
    }
    return taken;
  }

  async function refuse(source: Source, item: Named | undefined, problem: Problem): Promise<void> {
    const { errors = [] } = problem.options;
    const why = errors.map(({ pointer = '', detail }) => `${pointer} ${detail}`.trim()).join('; ');
    await deps.arrivals.note(source.id, {
      item: item?.id ?? null,
      headline: item?.headline ?? null,
      action: 'refused',
      alertId: null,
      status: null,
      reason: why || problem.message,
      why: null,
    });
    counter.inc({ source: source.id, action: 'refused' });
    deps.logger.warn({ source: source.id, errors }, 'an item of a source cannot be used');
  }

  /** An item is not refused for where its link leads: without one, the alert leads to its own page. */
  function withAllowedLink(item: Item): { item: Item; isLinkLeftOut: boolean } {
    const { url, ...rest } = item;
    if (typeof url !== 'string') return { item, isLinkLeftOut: false };
    const stored = storedUrl(url);
    const isAllowed = stored !== undefined && (deps.sites?.includes(new URL(stored).origin) ?? true);
    return { item: isAllowed ? { ...item, url: stored } : rest, isLinkLeftOut: !isAllowed };
  }

  async function takeOne(source: Source, item: Item, by: Editor | undefined): Promise<Taken | Problem> {
    try {
      const { item: allowed, isLinkLeftOut } = withAllowedLink(item);
      const taken = await deps.intake.take(source, allowed, by);
      const isToTell = isLinkLeftOut && taken.action !== 'ignored' && taken.reason === undefined;
      return await note(source, item, isToTell ? { ...taken, ...told(reason('link-left-out')) } : taken);
    } catch (error) {
      if (!(error instanceof Problem) || !isFinal(error)) throw error;
      await refuse(source, item, error);
      return error;
    }
  }

  return {
    giveUp: async (source, item, why) => {
      await note(source, item, ignored(null, why));
    },
    take: async (source, read, by) => {
      if ('fault' in read) {
        const problem = unreadable(read.pointer, read.fault);
        await refuse(source, undefined, problem);
        throw problem;
      }
      const answers: Taken[] = [];
      let refused: Problem | undefined;
      for (const item of read.items) {
        const answer = await takeOne(source, item, by);
        if (answer instanceof Problem) refused ??= answer;
        else answers.push(answer);
      }
      if (refused !== undefined) throw refused;
      for (const ending of read.endings ?? []) {
        for (const taken of await deps.intake.end(source, ending, by)) {
          answers.push(await note(source, ending, taken));
        }
      }
      return answers;
    },
  };
}

interface Named {
  readonly id: string;
  readonly headline?: string;
}

const unreadable = (pointer: string, detail: string): Problem =>
  new Problem('invalid-body', 'Correct the fields named in errors.', { errors: [{ pointer, detail }] });
