import { Command } from 'commander';
import { createErasure, ERASED_HEADLINE } from '../alerts/erasure.ts';
import { createAlertStore } from '../alerts/store.ts';
import { createIntakeErasure } from '../intake/erasure.ts';
import { createLiveLog } from '../live/log/log.ts';
import { CliError, print } from './exit.ts';
import { withServices } from './services.ts';

const LEFT = `
The command removes the headline, body, note, link and picture of every version from the alert's record, from the live log,
from the answers kept for Idempotency-Key, and from what sources have sent. Open pages reload. The alert becomes retracted and leaves readers' lists; its
times, topics and report remain. Every device that received the alert gets a retraction without the text, which replaces the
notification. The command cannot reach backups or proxy logs. It asks Redis to rewrite its append-only file, which holds the
text until then.`;

export function alertsCommand(): Command {
  const alerts = new Command('alerts').description('manage sent alerts');
  alerts
    .command('erase <id>')
    .description("erase an alert's text everywhere, for example by court order")
    .option('--quiet', 'send no retraction to the devices that received the alert')
    .addHelpText('after', LEFT)
    .action((id: string, options: { quiet?: boolean }) =>
      withServices(async ({ redis, audit }) => {
        const now = Date.now;
        const store = createAlertStore({ redis, now });
        const erasure = createErasure({ redis, alerts: store, audit, now });
        const versions = await erasure.erase(id, { by: 'cli', tell: options.quiet !== true });
        if (versions === undefined) throw new CliError('No alert has this id.');
        const entries = await createLiveLog(redis).erase(id, ERASED_HEADLINE);
        await createIntakeErasure({ redis }).erase(id);
        // Redis refuses while a rewrite is running, and a managed Redis always does; it rewrites by itself later.
        await redis.bgrewriteaof().catch(() => print('Redis did not rewrite its append-only file now.'));
        print(`Erased ${versions} versions and ${entries} live-log entries. Backups still hold the text.`);
      }),
    );
  return alerts;
}
