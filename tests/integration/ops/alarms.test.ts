import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findTestProgram } from '../../support/programs.ts';

const FOLDER = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));
const promtool = findTestProgram('promtool');

test.skipIf(promtool === undefined)('Prometheus reads the alarms, and each rings when it should', () => {
  const run = (...args: string[]): string =>
    execFileSync(promtool ?? '', args, { cwd: FOLDER, encoding: 'utf8', stdio: 'pipe' });
  expect(run('check', 'rules', 'ajil-rules.yml')).toContain('SUCCESS');
  expect(run('test', 'rules', 'ajil-rules.test.yml')).toContain('SUCCESS');
});

test('the page names the alarms that there are, and each is tried', () => {
  const names = (text: string): string[] => [...new Set(text.match(/\bajil_[a-z_]+/g))].sort();
  const rules = readFileSync(`${FOLDER}ajil-rules.yml`, 'utf8').replace(/^#.*$/gm, '');
  const page = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  const [, table = ''] = /^## Alarms to set\n(.*?)^## /ms.exec(page) ?? [];
  // These say in Prometheus's words what the page says in its own: /readyz, and how long a delivery takes.
  const unsaid = new Set(['ajil_ready', 'ajil_delivery_seconds_bucket', 'ajil_queue_jobs']);
  expect(names(rules).filter((name) => !unsaid.has(name))).toEqual(names(table));
  const tried = readFileSync(`${FOLDER}ajil-rules.test.yml`, 'utf8');
  for (const [, alarm] of rules.matchAll(/alert: (\w+)/g)) expect(tried).toContain(`alertname="${alarm}"`);
});
