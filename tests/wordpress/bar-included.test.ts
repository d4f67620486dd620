import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { documentedBlock } from '../support/documented-block.ts';
import { freePorts } from '../support/free-ports.ts';
import { phpCommand } from '../support/php.ts';
import { startStack } from '../support/stack.ts';

test('a page of PHP has the bar in its first byte, as the documentation says, and is whole without Ajil', async () => {
  const stack = await startStack();
  const dir = await mkdtemp(join(tmpdir(), 'ajil-php-'));
  const [port] = await freePorts(1);
  const origin = `http://127.0.0.1:${port}`;
  const include = documentedBlock('embedding.md', '```php\n', [
    [/https:\/\/alerts\.example/, stack.origin.replace('localhost', '127.0.0.1')],
  ]);
  await writeFile(join(dir, 'index.php'), `<!doctype html><body>\n${include}?>\n<p>النص</p></body>`);
  const [php = '', ...settings] = await phpCommand(['apcu']);
  const server = spawn(php, [...settings, '-d', 'apc.enable_cli=1', '-S', `127.0.0.1:${port}`, '-t', dir], {
    stdio: 'ignore',
  });
  const page = async (): Promise<string> => (await fetch(origin)).text();
  try {
    await vi.waitFor(async () => expect(await page()).toContain('<ajil-bar'), { timeout: 10_000 });
    const headline = 'افتتاح خط القطار الساحلي';
    await stack.api.createAlert({ headline, topics: ['world'] });
    await vi.waitFor(async () => expect(await page()).toContain(headline), { timeout: 10_000 });
    await stack.kill('server', 'SIGKILL');
    await vi.waitFor(
      async () => {
        const text = await page();
        expect(text).not.toContain(headline);
        expect(text).toContain('<ajil-bar topics="world" lang="ar"></ajil-bar>');
        expect(text).toContain('<p>النص</p>');
      },
      { timeout: 10_000 },
    );
  } finally {
    server.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
    await stack.stop();
  }
});
