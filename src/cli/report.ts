import { Command } from 'commander';
import type { Report } from '../delivery/report/schema.ts';
import { openApiClient } from './api-client.ts';
import { print } from './exit.ts';

interface Options {
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly version?: string;
}

export function reportCommand(): Command {
  return new Command('report')
    .argument('<id>')
    .description('what became of an alert: AJIL_KEY and AJIL_URL as for the other commands of editors')
    .option('--version <number>', 'of this version; by default the newest')
    .option('--follow', 'go on until nothing is pending')
    .option('--json', 'print JSON, one object for each change')
    .action(async (id: string, options: Options) => {
      const api = await openApiClient(process.env);
      const query = options.version === undefined ? '' : `?version=${encodeURIComponent(options.version)}`;
      const path = `/v1/alerts/${encodeURIComponent(id)}/report${query}`;
      const tell = (report: Report): void => print(options.json === true ? report : lineOf(report));
      if (options.follow !== true) {
        tell((await api.call('GET', path)).body as unknown as Report);
        return;
      }
      for await (const event of api.events(path)) {
        const report = event as unknown as Report;
        tell(report);
        if (report.status !== 'sending' && report.outcomes.pending === 0) return;
      }
    });
}

function lineOf({ status, version, audience, outcomes, live, receipts, timing }: Report): string {
  const { accepted, ...others } = outcomes;
  const counts = Object.entries(others).filter(([, count]) => count > 0);
  const of90 = timing.p90Ms === null ? [] : [`90 % in ${(timing.p90Ms / 1000).toFixed(1)} s`];
  return [
    `v${version} ${status}`,
    `${audience} readers`,
    `${accepted} accepted`,
    ...counts.map(([name, count]) => `${count} ${name}`),
    `${live.connections} pages`,
    `${receipts.shown} shown, ${receipts.opened} opened`,
    ...of90,
  ].join('  ');
}
