import { Command } from 'commander';
import { createErasure, ERASED_HEADLINE } from '../alerts/erasure.ts';
import { createAlertStore } from '../alerts/store.ts';
import { createLiveLog } from '../live/log.ts';
import { CliError, print, withServices } from './services.ts';

const LEFT = `
The headline, body, note, link and picture of every version go out of the alert's record, the live log and the answers kept
for Idempotency-Key; open pages load anew. The alert ends as retracted and leaves readers' lists; times, topics and the report
stay. Devices that got it are sent a retraction without the text, which takes the notification's place. What this cannot
reach: backups, logs of proxies, and Redis's append-only file until it is rewritten, which this asks for.`;

export function alertsCommand(): Command {
  const alerts = new Command('alerts').description('what was sent');
  alerts
    .command('erase <id>')
    .description("erase an alert's text everywhere, as a court may order")
    .option('--quiet', 'send the devices that got it nothing')
    .addHelpText('after', LEFT)
    .action((id: string, options: { quiet?: boolean }) =>
      withServices(async ({ redis, audit }) => {
        const now = Date.now;
        const store = createAlertStore({ redis, now });
        const erasure = createErasure({ redis, alerts: store, audit, now });
        const versions = await erasure.erase(id, { by: 'cli', tell: options.quiet !== true });
        if (versions === undefined) throw new CliError('There is no such alert.');
        const entries = await createLiveLog(redis).erase(id, ERASED_HEADLINE);
        // Refused where one is at work already, or by a managed Redis; it comes by itself later.
        await redis.bgrewriteaof().catch(() => print('The append-only file could not be rewritten now.'));
        print(
          `Erased ${versions} versions, and ${entries} entries of the live log. Backups still hold the text.`,
        );
      }),
    );
  return alerts;
}
