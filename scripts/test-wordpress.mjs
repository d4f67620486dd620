/**
 * Tries the WordPress plugin with the real thing: Debian's WordPress, PHP and MariaDB, its editors in Chromium, and Ajil as built.
 * Fetches what this machine lacks; says in one line what it cannot get, and ends with status 1 then.
 */
import { build } from './build.mjs';
import { main, nodeTool, run } from './lib/project.mjs';
import { fetchWordpress } from './lib/wordpress.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  await setup({ browsers: true });
  await fetchWordpress();
  await build();
  const tests = [...nodeTool('vitest/vitest.mjs'), 'run', '--project', 'wordpress', ...process.argv.slice(2)];
  const { status } = await run(tests, { stdio: 'inherit' });
  process.exitCode = status ?? 1;
});
