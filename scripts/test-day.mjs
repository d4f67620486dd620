/**
 * An operator's day on real processes: an earlier version with live data is upgraded in the middle of an alert, taken back
 * and upgraded again; then scaled out, failed over, backed up and restored. Builds the earlier version from the history of
 * this clone (`--from <commit>` names another); says in one line what it cannot get, and ends with status 1 then.
 */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { buildEarlierVersion } from './lib/earlier-version.mjs';
import { main, nodeTool, run } from './lib/project.mjs';
import { setup } from './setup.mjs';

/** The last commit before readers were armed (docs/decisions/0039). */
const EARLIER = '2d56dd7';

await main(async () => {
  const { values } = parseArgs({ options: { from: { type: 'string', default: EARLIER } } });
  await setup();
  await build();
  const earlier = await buildEarlierVersion(values.from);
  const { status } = await run([...nodeTool('vitest/vitest.mjs'), 'run', '--project', 'day', '--bail=1'], {
    stdio: 'inherit',
    env: { ...process.env, AJIL_EARLIER_VERSION: earlier },
  });
  process.exitCode = status ?? 1;
});
