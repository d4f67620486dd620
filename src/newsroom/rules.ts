import { MAX_PUSH_MESSAGE_BYTES } from '../alerts/notification.ts';
import type { AlertEdit, NewAlert } from '../alerts/input.ts';
import type { Alert, EditorAlert } from '../alerts/schema.ts';
import { MAX_LIFE_MS, MIN_LIFE_MS } from '../alerts/versions.ts';
import type { House } from './house.ts';
import { linkSites } from './link-sites.ts';
import type { Phrases } from './checks/phrases.ts';
import type { NewsroomSettings } from './settings.ts';
import { Problem, type FieldError } from '../http/problem.ts';
import { refuseIfAny } from '../http/read-body.ts';

/** A request that was a little under way when its time came is sent at once. */
const LATEST_MS = 60_000;
const MOST_AHEAD_MS = 366 * 24 * 3_600_000;

interface Links {
  readonly url?: string | null | undefined;
  readonly image?: string | null | undefined;
}

/** What a schema cannot know of an alert. */
export interface AlertRules {
  /** Topics, sites and times of a new alert. @throws {Problem} */
  checkNew(input: NewAlert, house: Pick<House, 'topics'>): void;
  /** The same of what an edit changes. @throws {Problem} */
  checkEdit(edit: AlertEdit, house: Pick<House, 'topics'>): void;
  /** Sites and expiry of a version that follows. @throws {Problem} */
  checkChange(input: Links & { expiresAt?: string | null | undefined }): void;
  /** Of a version on its way: it must live for a while once it goes out. @throws {Problem} */
  checkTimes(alert: Pick<EditorAlert, 'status' | 'sendAt' | 'expiresAt'>): void;
  /** Whether a second editor must agree before it goes out. What takes an alert back waits for nobody. */
  needsApproval(settings: Pick<NewsroomSettings, 'approval'>, alert: Judged): boolean;
  /** @throws {Problem} 422 when the alert is too large for a push message */
  checkSize(alert: EditorAlert): void;
}

/** What the rule of approval looks at. */
type Judged = Pick<EditorAlert, 'urgency' | 'change' | 'headline' | 'body' | 'note' | 'lang'>;

export interface AlertRulesDeps {
  readonly config: {
    readonly publicUrl: string;
    readonly allowedOrigins: readonly string[];
  };
  readonly phrases: Phrases;
  readonly pushMessageBytes: (alert: Alert) => number;
  readonly now: () => number;
}

export function createAlertRules(deps: AlertRulesDeps): AlertRules {
  const { publicUrl, allowedOrigins } = deps.config;
  const sites = linkSites(publicUrl, allowedOrigins);

  /** Every reader's device follows the link or fetches the picture: another site would learn all their addresses. */
  function siteErrors(input: Links): FieldError[] {
    if (sites === null) return [];
    return (['url', 'image'] as const).flatMap((name) => {
      const link = input[name];
      if (typeof link !== 'string' || sites.includes(new URL(link).origin)) return [];
      return [{ pointer: `/${name}`, detail: `must be on one of ${sites.join(', ')} (ALLOWED_ORIGINS)` }];
    });
  }

  /** @param fromMs when the version goes out */
  function expiryErrors(expiresAt: string | null | undefined, fromMs: number): FieldError[] {
    if (typeof expiresAt !== 'string') return [];
    const life = Date.parse(expiresAt) - fromMs;
    if (life >= MIN_LIFE_MS && life <= MAX_LIFE_MS) return [];
    const from = fromMs > deps.now() ? 'sendAt' : 'now';
    return [{ pointer: '/expiresAt', detail: `must be at least 1 minute and at most 7 days from ${from}` }];
  }

  function sendAtErrors(sendAt: string | null | undefined): FieldError[] {
    if (typeof sendAt !== 'string') return [];
    const ahead = Date.parse(sendAt) - deps.now();
    if (ahead >= -LATEST_MS && ahead <= MOST_AHEAD_MS) return [];
    return [{ pointer: '/sendAt', detail: 'must be in the future, and at most a year from now' }];
  }

  const startOf = (sendAt: string | null | undefined): number =>
    Math.max(deps.now(), typeof sendAt === 'string' ? Date.parse(sendAt) : 0);

  function topicErrors(topics: readonly string[], known: ReadonlySet<string>): FieldError[] {
    return topics.flatMap((topic, index) =>
      known.has(topic) ? [] : [{ pointer: `/topics/${index}`, detail: 'is not a topic of GET /v1/config' }],
    );
  }

  return {
    checkNew: (input, { topics }) => {
      refuseIfAny([
        ...siteErrors(input),
        ...sendAtErrors(input.sendAt),
        ...expiryErrors(input.expiresAt, startOf(input.sendAt)),
        ...topicErrors(input.topics, topics),
      ]);
    },
    checkEdit: (edit, { topics }) => {
      refuseIfAny([
        ...siteErrors(edit),
        ...sendAtErrors(edit.sendAt),
        ...topicErrors(edit.topics ?? [], topics),
      ]);
    },
    checkChange: (input) => refuseIfAny([...siteErrors(input), ...expiryErrors(input.expiresAt, deps.now())]),
    checkTimes: ({ status, sendAt, expiresAt }) => {
      refuseIfAny([
        ...(status === 'scheduled' ? sendAtErrors(sendAt) : []),
        ...expiryErrors(expiresAt, startOf(sendAt)),
      ]);
    },
    needsApproval: ({ approval }, { urgency, change, lang, ...texts }) => {
      if (change === 'retraction') return false;
      if (approval === 'always' || (approval === 'flash' && urgency === 'flash')) return true;
      const text = [texts.headline, texts.body, texts.note].join('\n');
      return deps.phrases.find('approval', text, lang) !== undefined;
    },
    checkSize: (alert) => {
      const bytes = deps.pushMessageBytes(alert);
      if (bytes <= MAX_PUSH_MESSAGE_BYTES) return;
      throw new Problem(
        'message-too-large',
        `Shorten it by ${bytes - MAX_PUSH_MESSAGE_BYTES} bytes of UTF-8.`,
        {
          errors: [
            {
              pointer: longestField(alert),
              detail: 'is the longest part',
              bytes,
              limit: MAX_PUSH_MESSAGE_BYTES,
            },
          ],
        },
      );
    },
  };
}

function longestField(alert: EditorAlert): string {
  const fields = ['headline', 'body', 'note', 'url', 'image'] as const;
  const sizes = fields.map((field) => ({ field, bytes: Buffer.byteLength(alert[field] ?? '') }));
  return `/${sizes.reduce((longest, next) => (next.bytes > longest.bytes ? next : longest)).field}`;
}
