import { createHmac } from 'node:crypto';

let written = 0;

/** A post as Ghost's webhooks tell of it. */
export function aGhostPost(fields: Record<string, unknown> = {}): Record<string, unknown> & { id: string } {
  written += 1;
  return {
    id: `6650f0c2a1b2c3d4e5f${String(written).padStart(5, '0')}`,
    uuid: `1c1c1c1c-0000-4000-8000-${String(written).padStart(12, '0')}`,
    title: `خبر من المدوّنة رقم ${written}`,
    slug: `post-${written}`,
    html: '<p>نص المقال الكامل.</p>',
    plaintext: 'نص المقال الكامل.',
    custom_excerpt: 'خلاصة الخبر.',
    excerpt: 'خلاصة الخبر.',
    url: `https://blog.example/post-${written}/`,
    status: 'published',
    visibility: 'public',
    locale: null,
    published_at: '2026-11-29T09:00:00.000Z',
    updated_at: '2026-11-29T09:00:00.000Z',
    tags: [ghostTag('#breaking'), ghostTag('World')],
    authors: [{ id: '1', name: 'محرر' }],
    ...fields,
  };
}

export const ghostTag = (name: string): object => ({
  id: name,
  name,
  slug: name.toLowerCase().replace('#', 'hash-'),
  visibility: name.startsWith('#') ? 'internal' : 'public',
});

/** What a webhook of Ghost has for a body. @param previous what has changed, as it was */
export const ghostHook = (current: object, previous: object = { status: 'draft' }): string =>
  JSON.stringify({ post: { current, previous } });

/** @param old as Ghost signed before 5.87.1: the time is not signed */
export function ghostSignature(
  body: string,
  secret: string,
  { time = Date.now(), old = false }: { time?: number; old?: boolean } = {},
): string {
  const hmac = createHmac('sha256', secret).update(old ? body : `${body}${time}`);
  return `sha256=${hmac.digest('hex')}, t=${time}`;
}
