/**
 * Everything that must hold: set-up, build, checks, then the suites that vitest runs. It takes about 14 minutes on two cores;
 * what hangs is stopped.
 * The last line is the totals alone: `N passed, N failed`. Arguments name the suites to run (all of them by default).
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { check } from './check.mjs';
import { CACHE, SetupError, nodeTool, progress, run } from './lib/project.mjs';
import { setup } from './setup.mjs';

const DEADLINE_MS = 22 * 60_000;
const SUITES = ['checks', 'unit', 'integration', 'e2e', 'quality'];
const WITH_BROWSERS = new Set(['e2e', 'quality']);

const began = performance.now();
const deadline = AbortSignal.timeout(DEADLINE_MS);
const chosen = process.argv.slice(2);
const results = [];

try {
  const unknown = chosen.filter((name) => !SUITES.includes(name));
  if (unknown.length > 0)
    throw new SetupError(`unknown suite "${unknown.join(', ')}": choose from ${SUITES.join(', ')}`);
  const suites = chosen.length > 0 ? chosen : SUITES;
  await setup({
    browsers: suites.some((suite) => WITH_BROWSERS.has(suite)),
    programs: suites.includes('integration'),
  });
  await build();
  for (const suite of suites) {
    const start = performance.now();
    const counts = suite === 'checks' ? await check({ signal: deadline }) : await runSuite(suite);
    results.push({ suite, ...counts, seconds: (performance.now() - start) / 1000 });
  }
} catch (error) {
  progress(error instanceof SetupError ? error.message : String(error?.stack ?? error));
  results.push({
    suite: 'set-up',
    passed: 0,
    failed: 1,
    skipped: 0,
    seconds: (performance.now() - began) / 1000,
  });
}
summarize();

/** Runs one vitest project; counts what its JSON report says, and as one failure what the report cannot say. */
async function runSuite(suite) {
  const report = join(CACHE, 'test', `${suite}.json`);
  mkdirSync(join(CACHE, 'test'), { recursive: true });
  rmSync(report, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { status } = await run([...nodeTool('vitest/vitest.mjs'), 'run', '--project', suite, ...reporters], {
    show: true,
    signal: deadline,
  });
  const counts = readReport(report);
  if (deadline.aborted) progress(`${suite}: stopped: it took too long`);
  if (counts.passed + counts.failed === 0) progress(`${suite}: no test ran`);
  const silentFailure = counts.failed === 0 && (status !== 0 || counts.passed === 0);
  return silentFailure ? { ...counts, failed: 1 } : counts;
}

function readReport(file) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
  // A file that could not even be loaded has no failed test in it, and is a failure all the same.
  const broken = report.testResults.filter(
    (result) =>
      result.status === 'failed' && !result.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function summarize() {
  const sum = (field) => results.reduce((total, result) => total + result[field], 0);
  const totals = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  if (totals.passed === 0) totals.failed = Math.max(totals.failed, 1);
  console.log('');
  for (const result of results) {
    console.log(`${result.suite.padEnd(12)} ${describe(result)} (${result.seconds.toFixed(1)} s)`);
  }
  console.log(`all in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  process.exitCode = totals.failed > 0 ? 1 : 0;
  console.log(describe(totals));
}

function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
