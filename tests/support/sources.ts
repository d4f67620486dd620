import { createHmac } from 'node:crypto';
import type { Answer, TestApi } from './api.ts';

/** What Superdesk's `http_push` does with an item: the raw bytes, proved by HMAC-SHA1. */
export function push(
  api: Pick<TestApi, 'call'>,
  source: string,
  item: object | string,
  { secret, headers = {} }: { secret: string; headers?: Record<string, string> },
): Promise<Answer> {
  const body = typeof item === 'string' ? item : JSON.stringify(item);
  const signature = `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`;
  return api.call('POST', `/v1/intake/${source}`, {
    body,
    headers: { Accept: 'application/json', 'x-superdesk-signature': signature, ...headers },
  });
}

let written = 0;

/** An item as Superdesk writes it, whose headline no other has. */
export function aSuperdeskItem(
  fields: Record<string, unknown> = {},
): Record<string, unknown> & { guid: string } {
  written += 1;
  return {
    guid: `urn:newsml:desk.example:2026-11-20:${written}`,
    version: '1',
    type: 'text',
    pubstatus: 'usable',
    profile: 'flash',
    priority: 5,
    urgency: 2,
    language: 'ar',
    versioncreated: '2026-11-20T08:00:00+0000',
    headline: `خبر من غرفة الأخبار رقم ${written}`,
    body_html: '<p>تفاصيل الخبر.</p>',
    subject: [{ name: 'politics', code: '11000000', scheme: null }],
    service: [{ name: 'World News', code: 'w' }],
    associations: { featuremedia: null },
    extra: {},
    authors: [],
    readtime: 0,
    ...fields,
  };
}
