import type { HelloMessage, LiveMessage } from '../../live/protocol.ts';

export interface LeaderState {
  readonly connected: boolean;
  /** Whether the leader's page is visible. Browsers slow down the timers of a hidden page. */
  readonly visible: boolean;
}

/** The notes between tabs. One tab leads and holds the line; the others follow. */
export type Note =
  /** A follower at `since` asks for what it missed. The answer also shows that its leader is alive. */
  | { readonly type: 'join'; readonly tab: string; readonly since: string; readonly awake: boolean }
  /** The leader's answer. It has no hello until the leader has had one. */
  | ({ readonly type: 'answer'; readonly to: string; readonly hello: HelloMessage | undefined } & LeaderState)
  /** A message from the line. A tab takes it only if its cursor is `before`. */
  | { readonly type: 'message'; readonly before: string; readonly message: LiveMessage }
  | ({ readonly type: 'state'; readonly cursor: string } & LeaderState);
