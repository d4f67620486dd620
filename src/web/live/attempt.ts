import type { Ending, OpenedLine } from './line.ts';
import type { Surroundings } from './surroundings.ts';
import type { Transport } from './transport-choice.ts';

/** One line, from the attempt to open it until its end. */
export interface Attempt {
  readonly kind: Transport;
  readonly openedMs: number;
  /** When it last showed a sign of life. */
  heardMs: number;
  line: OpenedLine | undefined;
}

/** The attempt exists before its line: the browser may refuse the line at once, and then `onEnd` is called in here. */
export const newAttempt = (kind: Transport, nowMs: number): Attempt => ({
  kind,
  openedMs: nowMs,
  heardMs: nowMs,
  line: undefined,
});

export function openLine(
  attempt: Attempt,
  deps: {
    surroundings: Pick<Surroundings, 'now' | 'openWebSocket' | 'openEventStream'>;
    /** Without the cursor. */
    url: URL;
    cursor: string;
    onText: (text: string) => void;
    onEnd: (ending: Ending) => void;
  },
): void {
  const { surroundings } = deps;
  const url = new URL(deps.url);
  if (deps.cursor !== '') url.searchParams.set('cursor', deps.cursor);
  const open = attempt.kind === 'socket' ? surroundings.openWebSocket : surroundings.openEventStream;
  try {
    attempt.line = open(url, {
      onText: deps.onText,
      onBeat: () => {
        attempt.heardMs = surroundings.now();
      },
      onEnd: deps.onEnd,
    });
  } catch {
    deps.onEnd({});
  }
}
