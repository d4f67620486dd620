/** Types, lint (import rules too), format, dead code: one line per tool, its output only when it fails. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CACHE, main, nodeTool, run } from './lib/project.mjs';

const CHECKS = [
  {
    name: 'lint',
    command: [...nodeTool('oxlint/bin/oxlint'), '-c', 'oxlint.config.mjs', '--type-aware', '--deny-warnings'],
  },
  { name: 'dead code', command: nodeTool('knip/bin/knip.js') },
  {
    // Without tests and tools: dependencies that production does not import, and imports of what it does not install.
    name: 'dead code of production',
    command: [...nodeTool('knip/bin/knip.js'), '--production', '--strict'],
  },
  {
    name: 'format',
    command: [
      ...nodeTool('prettier/bin/prettier.cjs'),
      '--check',
      '--cache',
      '--cache-location',
      join(CACHE, 'prettier'),
      '--log-level',
      'warn',
      '.',
    ],
  },
  { name: 'types', command: [...nodeTool('typescript/bin/tsc'), '--noEmit'] },
  { name: 'types of the pages', command: [...nodeTool('typescript/bin/tsc'), '-p', 'src/web', '--noEmit'] },
  {
    name: 'types of the service worker',
    command: [...nodeTool('typescript/bin/tsc'), '-p', 'src/web/service-worker', '--noEmit'],
  },
];

/** @returns how many checks passed and failed */
export async function check(options = {}) {
  const waiting = [...CHECKS];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const began = performance.now();
      const { status, output } = await run(next.command, { signal: options.signal });
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${next.name} (${seconds} s)`);
      if (status !== 0) console.log(output.trimEnd());
      counts[status === 0 ? 'passed' : 'failed'] += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
  return counts;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    if ((await check()).failed > 0) process.exitCode = 1;
  });
}
