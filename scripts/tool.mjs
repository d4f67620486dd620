/**
 * Runs a developer's tool written in TypeScript, on a machine that has everything and with the product built:
 * `node scripts/tool.mjs bench/push.ts --json`. The tool's own arguments follow its name.
 */
import { build } from './build.mjs';
import { main, nodeTool, run } from './lib/project.mjs';
import { setup } from './setup.mjs';

await main(async () => {
  const [file = '', ...args] = process.argv.slice(2);
  await setup();
  await build();
  const { status } = await run([...nodeTool('tsx/dist/cli.mjs'), file, ...args], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
});
