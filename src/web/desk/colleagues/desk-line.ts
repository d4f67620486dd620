import { reconnectDelay } from '../../common/backoff.ts';

/** Who writes what: `new`, or the id of an alert. */
export interface Writing {
  readonly editorId: string;
  readonly on: string;
}

/** What an editor did: an entry of the audit log. */
export interface Action {
  readonly editorId: string;
  readonly action: string;
  /** An alert's id, and perhaps a colon and the version; or something else. */
  readonly target: string;
}

interface Handlers {
  readonly onAction: (action: Action) => void;
  /** Colleagues did something, or may have while the line was down. Several actions at a time are told once. */
  readonly onChange: () => void;
  readonly onWriting: (editors: readonly Writing[]) => void;
}

/** Actions come in clusters: one answer to all of them is enough. */
const TOGETHER_MS = 200;

/** Follows what colleagues do (`GET /v1/desk/line`). The lists also look by themselves, so a lost line costs seconds only. */
export function followColleagues(handlers: Handlers): { close(): void } {
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let telling: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;

  const changed = (): void => {
    telling ??= setTimeout(() => {
      telling = undefined;
      handlers.onChange();
    }, TOGETHER_MS);
  };

  function connect(): void {
    source = new EventSource('/v1/desk/line');
    source.addEventListener('open', () => {
      if (failures > 0) changed();
      failures = 0;
    });
    source.addEventListener('action', (event: MessageEvent<string>) => {
      handlers.onAction(JSON.parse(event.data) as Action);
      changed();
    });
    source.addEventListener('much', changed);
    source.addEventListener('writing', (event: MessageEvent<string>) => {
      handlers.onWriting((JSON.parse(event.data) as { editors: readonly Writing[] }).editors);
    });
    source.onerror = () => {
      failures += 1;
      handlers.onWriting([]);
      // After an error answer a browser does not try again by itself.
      if (source?.readyState === EventSource.CLOSED) retry = setTimeout(connect, reconnectDelay(failures));
    };
  }

  connect();
  return {
    close: () => {
      clearTimeout(retry);
      clearTimeout(telling);
      source?.close();
    },
  };
}
