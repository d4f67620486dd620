import type { Alert } from '../alerts/schema.ts';
import type { Topic } from '../audience/topics.ts';
import type { Story } from '../alerts/stories/schema.ts';
import type { Identity } from './common/identity.ts';
import type { PageLanguage, PageWords } from './page-parts.ts';

/** The story of an alert, for its page. */
export interface AlertStory {
  readonly story: Story;
  /** The newest others of it. */
  readonly others: readonly Alert[];
}

/** The data of an alert's own page. */
export interface AlertPageInput {
  /** Every version that readers may see, oldest first; at least one. */
  readonly versions: readonly [Alert, ...Alert[]];
  readonly topics: readonly Topic[];
  readonly story: AlertStory | undefined;
  readonly newsroom: Identity;
  readonly publicUrl: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export interface AlertView {
  readonly alert: Alert;
  readonly lang: PageLanguage;
  readonly newsroom: Identity;
  readonly words: PageWords;
}
