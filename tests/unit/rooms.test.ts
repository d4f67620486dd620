import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const src = new URL('../../src/', import.meta.url);
const list = new URL('../../scripts/lib/rooms.mjs', import.meta.url);
const { ROOMS } = (await import(list.href)) as { ROOMS: readonly string[] };

test('the architecture page lists every room, in the order that the linter holds', async () => {
  const page = await readFile(new URL('../../docs/architecture.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `src\/([a-z]+)\/` +\|/gm)].map(([, room]) => room);
  expect(listed).toEqual(ROOMS);
});

test('every folder of the sources is a room, but for those of the entry points', async () => {
  const entries = await readdir(src, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  expect(folders.filter((name) => !['app', 'cli'].includes(name)).sort()).toEqual([...ROOMS].sort());
});
