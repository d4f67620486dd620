import { get } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApi, type TestApi } from '../../support/api.ts';
import { startWebDir } from '../../support/web-dir.ts';

const LONG = 'عاجل '.repeat(2000);
let api: TestApi;
let webDir: Awaited<ReturnType<typeof startWebDir>>;

beforeAll(async () => {
  webDir = await startWebDir(['bar.js', 'assets/page-abc.js'], () => LONG);
  api = await startTestApi({ webDir: webDir.path });
});
afterAll(async () => {
  await api.close();
  await webDir.remove();
});

/** What comes over the wire; `fetch` would unpack it. */
function ask(
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; bytes: number; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    get(api.url + path, { headers }, (response) => {
      let bytes = 0;
      response.on('data', (piece: Buffer) => (bytes += piece.length));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, bytes, headers: response.headers }),
      );
    }).on('error', reject);
  });
}

test.each(['/', '/desk', '/bar.js', '/assets/page-abc.js', '/openapi.json'])(
  '%s is compressed',
  async (path) => {
    const plain = await ask(path, {});
    expect(plain.headers['content-encoding']).toBeUndefined();
    for (const encoding of ['br', 'gzip']) {
      const packed = await ask(path, { 'Accept-Encoding': encoding });
      expect([packed.status, packed.headers['content-encoding']]).toEqual([200, encoding]);
      expect(packed.headers.vary).toContain('Accept-Encoding');
      expect(packed.bytes * 2).toBeLessThan(plain.bytes);
      const again = await ask(path, {
        'Accept-Encoding': encoding,
        'If-None-Match': packed.headers.etag ?? '',
      });
      expect(again.status).toBe(304);
    }
  },
);

test('an event stream is left as it is', async () => {
  const { headers } = await ask('/v1/live', { Accept: 'text/event-stream', 'Accept-Encoding': 'br, gzip' });
  expect(headers['content-type']).toContain('text/event-stream');
  expect(headers['content-encoding']).toBeUndefined();
});
