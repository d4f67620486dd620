import { reconnectDelay } from '../../common/backoff.ts';
import type { Report } from '../../../delivery/report/schema.ts';

/**
 * Follows a version's report. A browser gives up an event stream for good after an error answer, so we open another one
 * after a while.
 * @param handlers.onLost called before each new stream: the session may have ended, which only another call can tell
 */
export function followReport(
  alertId: string,
  version: number,
  handlers: { onReport: (report: Report) => void; onState: (connected: boolean) => void; onLost: () => void },
): { close(): void } {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  function connect(): void {
    source = new EventSource(`/v1/alerts/${alertId}/report?version=${version}`);
    source.addEventListener('report', (event: MessageEvent<string>) => {
      failures = 0;
      handlers.onState(true);
      handlers.onReport(JSON.parse(event.data) as Report);
    });
    source.onerror = () => {
      handlers.onState(false);
      if (source?.readyState !== EventSource.CLOSED) return;
      handlers.onLost();
      timer = setTimeout(connect, reconnectDelay(failures++));
    };
  }

  connect();
  return {
    close: () => {
      clearTimeout(timer);
      source?.close();
    },
  };
}
