import type { Keyings } from '../../audience/keyings.ts';
import type { Selection } from '../../audience/selection.ts';
import type { SubscriptionStore } from '../../audience/subscriptions.ts';
import type { Channels } from '../../channels/channels.ts';
import type { Logger } from '../../ops/logger.ts';
import type { Tracing } from '../../ops/tracing.ts';
import type { Leavings } from '../health/leavings.ts';
import type { DailyCaps } from '../ledger/daily-caps.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PushQueue } from '../queues.ts';
import type { ReceiptTokens } from '../receipts/receipt-token.ts';
import type { FinishDeps } from '../version-state.ts';

/** Why a subscription was removed. */
export type Retirement = 'gone' | 'never-accepted' | 'refused';

/** What sending to devices needs. */
export interface SendingDeps extends FinishDeps {
  readonly selection: Selection;
  /** None: nothing is made ahead. */
  readonly keyings?: Pick<Keyings, 'take'> | undefined;
  readonly subscriptions: Pick<SubscriptionStore, 'remove' | 'note'>;
  readonly ledger: Ledger;
  readonly caps: DailyCaps;
  readonly pushQueue: Pick<PushQueue, 'addRetries'>;
  readonly channels: Channels;
  readonly leavings: Pick<Leavings, 'audiences' | 'count'>;
  readonly onRetired: (reason: Retirement) => void;
  readonly tokens: ReceiptTokens;
  readonly logger: Logger;
  readonly tracing: Tracing;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}
