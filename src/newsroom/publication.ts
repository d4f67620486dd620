import { toPublicAlert, type EditorAlert } from '../alerts/schema.ts';
import type { FanOutQueue } from '../delivery/queues.ts';
import type { LiveLog } from '../live/log/log.ts';

export interface FanOutStartDeps {
  readonly liveLog: Pick<LiveLog, 'append'>;
  readonly fanOutQueue: Pick<FanOutQueue, 'add'>;
  /** Told of what housekeeping will have to do. */
  readonly onFanOutFailure: (error: unknown, alertId: string) => void;
}

/** What happens as soon as a version is public. */
export type StartFanOut = (alert: EditorAlert) => void;

/**
 * Open pages get the version now, not once a worker has been woken: the log takes a version once, so the worker's own append
 * is then harmless. The caller does not wait: the version is stored with its outbox entry, from which housekeeping finishes
 * what fails here.
 */
export function createStartFanOut(deps: FanOutStartDeps): StartFanOut {
  return (alert) => {
    Promise.all([
      deps.liveLog.append(toPublicAlert(alert)),
      deps.fanOutQueue.add({ alertId: alert.id, version: alert.version, urgency: alert.urgency }),
    ]).catch((error: unknown) => deps.onFanOutFailure(error, alert.id));
  };
}
