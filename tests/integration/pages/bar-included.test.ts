import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { documentedBlock } from '../../support/documented-block.ts';
import { findNginx, runNginx, temporaryPaths } from '../../support/nginx.ts';
import { startStack } from '../../support/stack.ts';
import { makeCertificate } from '../../support/tls.ts';

const PAGE = `<!doctype html><html lang="ar" dir="rtl"><head><title>صفحة</title></head>
${documentedBlock('embedding.md', '```html\n<body>', []).replace('</body>', '<p>النص</p></body>')}</html>`;

test.skipIf(findNginx() === undefined)(
  'a page behind nginx has the bar in its first byte, as the documentation says, and is whole without Ajil',
  { timeout: 60_000 },
  async () => {
    const stack = await startStack();
    const nginx = await runNginx(makeCertificate(), (dir, port) => {
      mkdirSync(join(dir, 'site'));
      writeFileSync(join(dir, 'site/index.html'), PAGE);
      const block = documentedBlock('embedding.md', '```nginx\nproxy_cache_path', [
        [/\/var\/cache\/nginx/, dir],
        [
          /proxy_pass https:\/\/alerts\.example/,
          `proxy_pass ${stack.origin.replace('localhost', '127.0.0.1')}`,
        ],
      ]);
      const [cache = '', ...locations] = block.split('\n');
      return `events {}
http {
  access_log off; ${temporaryPaths(dir)}
  types { text/html html; }
  ${cache}
  server {
    listen 127.0.0.1:${port};
    root ${dir}/site;
    ${locations.join('\n')}
  }
}`;
    });
    const site = nginx.origin.replace('https:', 'http:');
    const page = async (): Promise<string> => (await fetch(site, { headers: { Cookie: 'reader=1' } })).text();
    try {
      expect(await page()).toContain('<ajil-bar');
      const headline = 'وصول أولى سفن القمح إلى المرفأ';
      const { id } = await stack.api.createAlert({ headline, topics: ['world'] });
      await vi.waitFor(async () => expect(await page()).toContain(headline), {
        timeout: 10_000,
        interval: 200,
      });
      expect(await page()).toContain(`/a/${id}`);
      await stack.kill('server', 'SIGKILL');
      await vi.waitFor(
        async () => {
          const text = await page();
          expect(text).not.toContain(headline);
          expect(text).toContain('<ajil-bar');
          expect(text).toContain('<p>النص</p>');
        },
        { timeout: 10_000, interval: 200 },
      );
    } finally {
      await nginx.stop();
      await stack.stop();
    }
  },
);
