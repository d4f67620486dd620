import { randomBytes } from 'node:crypto';
import type { Alert } from '../../alerts/schema.ts';
import type { ReadableHash } from '../../editors/audited-hash.ts';
import type { Teller, OutletEvent } from '../teller.ts';
import { GONE, reasonOf, toldBy } from '../told.ts';
import { webhookFault } from './address.ts';
import type { EndedWebhooks } from './ended.ts';
import type { Post, Posted } from './post.ts';
import type { Webhook } from './schema.ts';
import { signatureHeaders } from './signature.ts';

export const MOST_WEBHOOKS = 50;
export const newWebhookId = (): string => `wh${randomBytes(9).toString('base64url')}`.replaceAll('-', 'x');

/** Webhooks as Standard Webhooks 1.0.0 has them. */
export function createWebhooks(deps: {
  readonly webhooks: ReadableHash<Webhook>;
  readonly ended: EndedWebhooks;
  readonly post: Post;
  readonly allowedOrigins: readonly string[];
  readonly publicUrl: string;
  readonly now: () => number;
}): Teller {
  const { webhooks, now } = deps;

  return {
    name: 'webhook',
    receivers: async ({ type }) => {
      const [all, ended] = await Promise.all([webhooks.all(), deps.ended.all()]);
      return all.flatMap(([id, { enabled, events }]) =>
        enabled && events.includes(type) && !ended.has(id) ? [id] : [],
      );
    },
    tell: async (receiver, event, alert) => {
      const webhook = await webhooks.get(receiver);
      if (webhook === undefined || !webhook.enabled)
        return { type: 'over', reason: 'the webhook is gone or off' };
      const fault = webhookFault(webhook.url, deps.allowedOrigins);
      if (fault !== undefined) return { type: 'over', reason: `its address ${fault}` };
      const body = JSON.stringify(messageOf(event, alert, deps.publicUrl));
      const headers = signatureHeaders(webhook.secrets, event.id, body, now());
      let posted: Posted;
      try {
        posted = await deps.post(webhook.url, headers, body);
      } catch (error) {
        return { type: 'again', reason: reasonOf(error) };
      }
      if (posted.status === 410) await deps.ended.add(receiver, GONE);
      return toldBy(posted, now());
    },
  };
}

/** What a receiver gets: the event, and the alert as readers see it. */
export const messageOf = ({ type, at }: OutletEvent, alert: Alert, publicUrl: string): object => ({
  type,
  timestamp: at,
  data: { alert, page: `${publicUrl}/a/${alert.id}` },
});

/** What a test told: the status that the receiver answered, or why there was none. */
export type TestWebhook = (
  webhook: Webhook,
) => Promise<{ readonly status: number | null; readonly ms: number; readonly reason: string | null }>;

export function createTestWebhook(deps: {
  readonly post: Post;
  readonly allowedOrigins: readonly string[];
  readonly now: () => number;
}): TestWebhook {
  return async ({ url, secrets }) => {
    const began = performance.now();
    const took = (): number => Math.round(performance.now() - began);
    const fault = webhookFault(url, deps.allowedOrigins);
    if (fault !== undefined) return { status: null, ms: took(), reason: `its address ${fault}` };
    const timestamp = new Date(deps.now()).toISOString();
    const body = JSON.stringify({ type: 'webhook.test', timestamp, data: {} });
    const headers = signatureHeaders(secrets, `test-${randomBytes(9).toString('hex')}`, body, deps.now());
    try {
      const { status } = await deps.post(url, headers, body);
      return { status, ms: took(), reason: null };
    } catch (error) {
      return { status: null, ms: took(), reason: reasonOf(error) };
    }
  };
}
