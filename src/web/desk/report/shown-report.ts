import type { Report } from '../../../delivery/report/schema.ts';
import { followReport } from './report-stream.ts';

/** An audience that did not grow for so long is complete: reports come every second. */
const COUNTED_MS = 2500;

/** The report of the version that is shown, as it fills. */
export interface ShownReport {
  /** 0: of none. */
  readonly version: number;
  readonly report: Report | undefined;
  /** Whether reports come now; undefined until the first answer. */
  readonly connected: boolean | undefined;
  /** Whether the audience of the version is still being frozen, shard by shard: the number so far would be false. */
  readonly counting: boolean;
  /** Follows another version's report. @param version undefined: none */
  follow(alertId: string, version: number | undefined): void;
  close(): void;
}

export function createShownReport(deps: {
  readonly onReport: (report: Report) => void;
  /** Called after each change. */
  readonly onChange: () => void;
  /** The stream was refused: the session may be over. */
  readonly onLost: () => void;
}): ShownReport {
  let version = 0;
  let report: Report | undefined;
  let connected: boolean | undefined;
  let counting = false;
  let counted: ReturnType<typeof setTimeout> | undefined;
  let stream: { close(): void } | undefined;

  function stopCounting(): void {
    clearTimeout(counted);
    counting = false;
  }

  function count(): void {
    clearTimeout(counted);
    counting = true;
    counted = setTimeout(() => {
      stopCounting();
      deps.onChange();
    }, COUNTED_MS);
  }

  function take(next: Report): void {
    if (next.status !== 'sending') stopCounting();
    else if (report?.audience !== next.audience) count();
    report = next;
    deps.onReport(next);
    deps.onChange();
  }

  function close(): void {
    stream?.close();
    stream = undefined;
    stopCounting();
  }

  return {
    get version() {
      return version;
    },
    get report() {
      return report;
    },
    get connected() {
      return connected;
    },
    get counting() {
      return counting;
    },
    follow: (alertId, wanted) => {
      close();
      report = undefined;
      connected = undefined;
      version = wanted ?? 0;
      deps.onChange();
      if (wanted === undefined) return;
      stream = followReport(alertId, wanted, {
        onReport: take,
        onState: (now) => {
          connected = now;
          deps.onChange();
        },
        onLost: deps.onLost,
      });
    },
    close,
  };
}
