import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));

/** PHP with these extensions, and without the machine's settings. `npm run test:wordpress` fetches it. */
export async function phpCommand(extensions: readonly string[]): Promise<string[]> {
  const root = join(CACHE, 'php/usr/lib/php');
  const folder = (await readdir(root)).find((name) => /^\d{8}$/.test(name)) ?? '';
  const settings = [
    `extension_dir=${join(root, folder)}`,
    ...extensions.map((name) => `extension=${name}.so`),
    'memory_limit=256M',
    'display_errors=0',
    'log_errors=1',
    'error_reporting=E_ALL',
  ];
  return [join(CACHE, 'php/bin/php'), '-n', ...settings.flatMap((setting) => ['-d', setting])];
}
