import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const FRAME =
  '<!doctype html><html lang="{{lang}}" dir="{{dir}}"><head><meta name="theme-color" content="{{colour}}"><!--{{head}}--></head><body><!--{{body}}--></body></html>';

/**
 * A folder in the place of what Vite builds, with a frame for each page.
 * @param files more of its files @param textOf a file's text; by default each is an empty frame
 */
export async function startWebDir(
  files: readonly string[] = [],
  textOf: (name: string) => string = () => FRAME,
): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'ajil-web-'));
  const sources = await readdir(new URL('../../src/web/', import.meta.url));
  const pages = sources.filter((name) => name.endsWith('.html'));
  for (const name of [...pages, ...files]) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), textOf(name));
  }
  return { path, remove: () => rm(path, { recursive: true }) };
}
