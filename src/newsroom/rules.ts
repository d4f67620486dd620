import { MAX_PUSH_MESSAGE_BYTES } from '../alerts/notification.ts';
import type { Alert, EditorAlert, NewAlert } from '../alerts/schema.ts';
import { MAX_LIFE_MS, MIN_LIFE_MS } from '../alerts/next-version.ts';
import type { TopicStore } from '../audience/topics.ts';
import type { Editor } from '../editors/schema.ts';
import { isAtLeast } from '../editors/schema.ts';
import { linkSites } from './link-sites.ts';
import { Problem, type FieldError } from '../http/problem.ts';
import { refuseIfAny } from '../http/read-body.ts';

interface Links {
  readonly url?: string | null | undefined;
  readonly image?: string | null | undefined;
}

/** What a schema cannot know of an alert. */
export interface AlertRules {
  /** What a schema cannot know: topics, sites, times, and what this installation does not do yet. @throws {Problem} */
  checkNew(input: NewAlert, editor: Editor): Promise<void>;
  checkChange(input: Links & { expiresAt?: string | null | undefined }): void;
  /** @throws {Problem} 422 when the alert is too large for a push message */
  checkSize(alert: EditorAlert): void;
  /** @throws {Problem} 403 when only a second person's approval would let this editor send */
  checkApproval(editor: Editor): void;
}

export interface AlertRulesDeps {
  readonly config: {
    readonly publicUrl: string;
    readonly allowedOrigins: readonly string[];
    readonly requireApproval: boolean;
  };
  readonly topics: Pick<TopicStore, 'list'>;
  readonly pushMessageBytes: (alert: Alert) => number;
  readonly now: () => number;
}

export function createAlertRules(deps: AlertRulesDeps): AlertRules {
  const { publicUrl, allowedOrigins, requireApproval } = deps.config;
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

  function expiryErrors(expiresAt: string | null | undefined): FieldError[] {
    if (typeof expiresAt !== 'string') return [];
    const life = Date.parse(expiresAt) - deps.now();
    if (life >= MIN_LIFE_MS && life <= MAX_LIFE_MS) return [];
    return [{ pointer: '/expiresAt', detail: 'must be at least 1 minute and at most 7 days from now' }];
  }

  async function topicErrors(topics: readonly string[]): Promise<FieldError[]> {
    const known = new Set((await deps.topics.list()).map((topic) => topic.id));
    return topics.flatMap((topic, index) =>
      known.has(topic) ? [] : [{ pointer: `/topics/${index}`, detail: 'is not a topic of GET /v1/config' }],
    );
  }

  function checkApproval(editor: Editor): void {
    if (!requireApproval || isAtLeast(editor.role, 'approver')) return;
    throw new Problem(
      'approval-required',
      'REQUIRE_APPROVAL is set: an approver must send the alert. Submitting it for approval is not available yet.',
    );
  }

  return {
    checkApproval,
    checkNew: async (input, editor) => {
      refuseLater(input);
      checkApproval(editor);
      refuseIfAny([
        ...siteErrors(input),
        ...expiryErrors(input.expiresAt),
        ...(await topicErrors(input.topics)),
      ]);
    },
    checkChange: (input) => refuseIfAny([...siteErrors(input), ...expiryErrors(input.expiresAt)]),
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

/** What the contract holds and this version does not do is refused: ignored, an alert would go out too early. */
function refuseLater(input: NewAlert): void {
  const errors: FieldError[] = [];
  if (input.draft === true) errors.push({ pointer: '/draft', detail: 'drafts are not available yet' });
  if (typeof input.sendAt === 'string')
    errors.push({ pointer: '/sendAt', detail: 'scheduling is not available yet' });
  if (errors.length === 0) return;
  throw new Problem('not-available-yet', 'Omit these fields: the alert is then sent immediately.', {
    errors,
  });
}

function longestField(alert: EditorAlert): string {
  const fields = ['headline', 'body', 'note', 'url', 'image'] as const;
  const sizes = fields.map((field) => ({ field, bytes: Buffer.byteLength(alert[field] ?? '') }));
  return `/${sizes.reduce((longest, next) => (next.bytes > longest.bytes ? next : longest)).field}`;
}
