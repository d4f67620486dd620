import { isDeepStrictEqual } from 'node:util';
import type { Alert } from '../../../src/alerts/schema.ts';
import type { Filter } from './model.ts';

export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/** What one connection of a client brought. */
export interface ConnectionTrace {
  /** The cursor that the client came with. */
  readonly since: Position | undefined;
  hello:
    { readonly at: Position; readonly recovered: boolean; readonly alerts: readonly Alert[] } | undefined;
  /** Of the alerts after it, as they came. */
  readonly received: Position[];
}

export interface ClientTrace {
  readonly name: string;
  readonly filter: Filter;
  readonly connections: ConnectionTrace[];
  /** What no reader should ever see, as a sentence each. */
  readonly faults: string[];
}

export function parsePosition(cursor: string): Position {
  const at = cursor.lastIndexOf(':');
  return { epoch: cursor.slice(0, at), offset: Number(cursor.slice(at + 1)) };
}

/** What came under each cursor. All lines carry the same, so it is kept and compared once. */
export interface Transcript {
  /** @returns the message; undefined when another came under the same cursor before */
  take(text: string): { cursor: string; alert: Alert } | undefined;
  /** Cursors under which something else came than what was written. */
  differences(written: (at: Position) => Alert | undefined): string[];
}

interface Heard {
  readonly text: string;
  readonly message: { cursor: string; alert: Alert };
}

export function createTranscript(): Transcript {
  const byText = new Map<string, Heard>();
  const byCursor = new Map<string, Heard>();
  return {
    take: (text) => {
      const before = byText.get(text);
      if (before !== undefined) return before.message;
      const message = JSON.parse(text) as Heard['message'];
      if (byCursor.has(message.cursor)) return undefined;
      const heard = { text, message };
      byText.set(text, heard);
      byCursor.set(message.cursor, heard);
      return message;
    },
    differences: (written) =>
      [...byCursor].flatMap(([cursor, { message }]) => {
        const alert = written(parsePosition(cursor));
        return isDeepStrictEqual(alert, message.alert) ? [] : [`${cursor}: not what was written`];
      }),
  };
}
