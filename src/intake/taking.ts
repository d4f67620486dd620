import { Counter } from 'prom-client';
import type { Editor } from '../editors/schema.ts';
import { Problem, type ProblemCode } from '../http/problem.ts';
import { refuseIfAny } from '../http/read-body.ts';
import type { Logger } from '../ops/logger.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Intake } from './intake.ts';
import type { ReadItems } from './item.ts';
import type { Source } from './source.ts';
import type { Taken } from './story.ts';

/** The whole way of what a source has sent: each item becomes what it may, is counted, and is in the log if it was ignored. */
export interface Taking {
  /**
   * An item that can never be used does not keep the others from being taken in; what it may have continued is not ended then.
   * @param by the editor who brought it; undefined: the source itself
   * @throws {Problem} the first that an item met; 422 for bytes that hold no items
   */
  take(source: Source, read: ReadItems, by?: Editor): Promise<readonly Taken[]>;
}

/** These come again whenever the item does. */
const FINAL: ReadonlySet<ProblemCode> = new Set(['invalid-body', 'message-too-large']);
export const isFinal = ({ code }: Problem): boolean => FINAL.has(code);

export function createTaking(deps: {
  readonly intake: Intake;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Taking {
  const counter = new Counter({
    name: 'ajil_intake_items_total',
    help: 'Items that sources sent, by what became of them; refused: they cannot be used',
    labelNames: ['source', 'action'],
    registers: [deps.metrics],
  });

  function note(source: Source, itemId: string, taken: Taken): Taken {
    counter.inc({ source: source.id, action: taken.action });
    if (taken.action === 'ignored') {
      const about = { source: source.id, item: itemId.slice(0, 200), reason: taken.reason };
      deps.logger.info(about, 'an item of a source was ignored');
    }
    return taken;
  }

  function refuse(source: Source, problem: Problem): void {
    counter.inc({ source: source.id, action: 'refused' });
    const { errors } = problem.options;
    deps.logger.warn({ source: source.id, errors }, 'an item of a source cannot be used');
  }

  async function takeAll(source: Source, read: ReadItems, by: Editor | undefined): Promise<Taken[]> {
    if ('fault' in read) {
      refuseIfAny([{ pointer: read.pointer, detail: read.fault }]);
      return [];
    }
    const answers: Taken[] = [];
    let refused: Problem | undefined;
    for (const item of read.items) {
      try {
        answers.push(note(source, item.id, await deps.intake.take(source, item, by)));
      } catch (error) {
        if (!(error instanceof Problem) || !isFinal(error)) throw error;
        refused ??= error;
      }
    }
    if (refused !== undefined) throw refused;
    for (const ending of read.endings ?? []) {
      const taken = await deps.intake.end(source, ending, by);
      answers.push(...taken.map((one) => note(source, ending.id, one)));
    }
    return answers;
  }

  return {
    take: async (source, read, by) => {
      try {
        return await takeAll(source, read, by);
      } catch (error) {
        if (error instanceof Problem && isFinal(error)) refuse(source, error);
        throw error;
      }
    },
  };
}
