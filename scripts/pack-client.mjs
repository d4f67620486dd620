/** Packs the npm package `ajil-client` into dist/client/ and prints the file's name. */
import { join } from 'node:path';
import { PROJECT, SetupError, main, nodeTool, run } from './lib/project.mjs';

await main(async () => {
  const build = [
    ...nodeTool('vite/bin/vite.js'),
    'build',
    '--logLevel',
    'warn',
    '--config',
    'vite.client.config.ts',
  ];
  const built = await run(build, { env: { ...process.env, NODE_ENV: 'production' } });
  if (built.status !== 0) throw new SetupError(`could not build the client:\n${built.output}`);
  const folder = join(PROJECT, 'dist/client');
  const packed = await run(['npm', 'pack', '--silent'], { cwd: folder });
  if (packed.status !== 0) throw new SetupError(`could not pack the client:\n${packed.output}`);
  console.log(join(folder, packed.output.trim().split('\n').at(-1) ?? ''));
});
