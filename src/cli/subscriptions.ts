import { Command } from 'commander';
import { createSubscriptionStore } from '../audience/subscriptions.ts';
import { subscriptionId } from '../audience/shard.ts';
import { openAddresses } from '../channels/addresses.ts';
import { exportTo } from './export.ts';
import { importFrom } from './import.ts';
import { CliError, print } from './exit.ts';
import { withServices } from './services.ts';

const SECRETS = `
The file holds readers' endpoints and secret keys: anyone who has the file can send notifications to these readers. The
command makes it readable by its owner alone (mode 0600). Keep that mode, and delete the file when you no longer need it.`;

const FORMS = `
Each line is one JSON object: {"subscription": {"endpoint", "keys": {"p256dh", "auth"}}, "topics": […], "urgency"?, "lang"?, …}.
POST /v1/subscriptions takes the same object, and the export command writes it. The import also accepts lines from other
services: a bare PushSubscription.toJSON(), one inside "subscription" without topics, or a row that holds the endpoint and both
keys under the names that common packages use (public_key, auth_token, web_p256, …). From such a line the import takes only
preferences that Ajil knows, and skips topics that this newsroom does not have. Those browsers subscribed with the other
service's VAPID key: set that key here first (VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY).
You may import the same subscription again: this only resets its preferences to those in the file.`;

export function subscriptionsCommand(): Command {
  const subscriptions = new Command('subscriptions').description('manage the subscriptions of readers');
  subscriptions
    .command('export')
    .description('write all subscriptions as NDJSON')
    .option('--file <file>', 'the file to write (default: standard output)')
    .option('--resume', 'continue an interrupted export to the same file')
    .addHelpText('after', SECRETS)
    .action(exportTo);
  subscriptions
    .command('import')
    .description('store the subscriptions of an NDJSON file')
    .option('--file <file>', 'the file to read (default: standard input)')
    .option(
      '--topics <ids>',
      "topic ids, separated by commas, for lines without topics (default: the newsroom's default topics)",
    )
    .option('--dry-run', 'check every line and store nothing')
    .option('--resume', 'continue an interrupted import of the same file')
    .addHelpText('after', FORMS)
    .action(importFrom);
  subscriptions
    .command('erase <id-or-endpoint>')
    .description("erase a reader's subscription and all data kept about it")
    .action((wanted: string) =>
      withServices(async ({ config, redis, audit }) => {
        const id = wanted.includes(':') ? subscriptionId(wanted) : wanted;
        const addresses = openAddresses({ config, vapidKeyId: '' });
        const store = createSubscriptionStore({ redis, addresses, now: Date.now });
        // Logged before the erasure, since one step cannot do both. The entry does not name the reader.
        await audit.append({ editorId: 'cli', action: 'subscriptions.erase', target: 'one, if it is there' });
        if (!(await store.erase(id))) throw new CliError('There is no such subscription.');
        print('Erased.');
      }),
    );
  return subscriptions;
}
