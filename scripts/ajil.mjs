/** `npm run ajil -- …`: the command line tool, built first if its sources have changed. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { PROJECT, SetupError, loadDotEnv, main } from './lib/project.mjs';

await main(async () => {
  loadDotEnv();
  if (!existsSync(join(PROJECT, 'node_modules'))) throw new SetupError('run `npm run setup` first');
  await build();
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(PROJECT, 'dist/src/cli.js'), ...process.argv.slice(2)],
    { stdio: 'inherit' },
  );
  // A terminal's Ctrl-C reaches the tool by itself; here it must only not end us first.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  const status = await new Promise((done) => {
    child.once('error', () => done(1));
    child.once('exit', (code) => done(code ?? 1));
  });
  process.exitCode = status;
});
