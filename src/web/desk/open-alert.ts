import { PUBLIC_STATUSES, type EditorAlert } from '../../alerts/schema.ts';
import { persist, type Persistence } from '../common/keep-trying.ts';
import { isRefusedFor, type Client } from './client.ts';
import type { Tagged } from './writing/drafted.ts';

/** An alert with all of its versions. */
export interface OpenAlert extends Tagged {
  /** The newest version. */
  readonly alert: EditorAlert;
  /** Oldest first. */
  readonly versions: readonly EditorAlert[];
}

/** What readers have; undefined: nothing yet. */
export const shownOf = ({ versions }: OpenAlert): EditorAlert | undefined =>
  versions.findLast(({ status }) => PUBLIC_STATUSES.includes(status));

/**
 * What the next version changes: what readers have, though the newest version was cancelled or waits. It counts on from the
 * newest.
 */
export const changeableOf = (open: OpenAlert): EditorAlert => ({
  ...(shownOf(open) ?? open.alert),
  version: open.alert.version,
});

/** Reads an alert again and again. */
export interface AlertReader {
  /** Reads until the server gives it, in this version at least, or says that there is none. */
  read(id: string, version?: number): void;
  /** Reads once more, unless it reads already: an answer that takes its time must not be asked for anew. */
  look(id: string): void;
  /** Tries again now. */
  hurry(): void;
  stop(): void;
}

export function createAlertReader(
  client: () => Client,
  on: {
    readonly read: (open: OpenAlert) => void;
    readonly missing: () => void;
    /** The server gave no answer; it is asked again. */
    readonly silent: () => void;
  },
): AlertReader {
  let reading: Persistence | undefined;
  let isReading = false;

  async function fetchOne(id: string): Promise<OpenAlert | 'missing'> {
    const [newest, all] = await Promise.all([
      client().call<EditorAlert>(`/v1/alerts/${id}`),
      client().call<{ versions: readonly EditorAlert[] }>(`/v1/alerts/${id}/versions`),
    ]);
    if (isRefusedFor(newest, 'not-found')) return 'missing';
    if (newest.type !== 'done' || all.type !== 'done') throw new Error('there was no answer');
    return { alert: newest.body, etag: newest.etag, versions: all.body.versions };
  }

  function read(id: string, version = 1): void {
    reading?.stop();
    isReading = true;
    reading = persist(async (signal) => {
      const found = await fetchOne(id);
      if (signal.aborted) return;
      if (found === 'missing') {
        isReading = false;
        return on.missing();
      }
      on.read(found);
      if (found.alert.version < version) throw new Error(`version ${version} is not there yet`);
      isReading = false;
    }, on.silent);
  }

  return {
    read,
    look: (id) => (isReading ? reading?.hurry() : read(id)),
    hurry: () => reading?.hurry(),
    stop: () => reading?.stop(),
  };
}
