import { Command } from 'commander';
import { createSubscriptionStore } from '../audience/subscriptions.ts';
import { subscriptionId } from '../audience/shard.ts';
import { exportTo } from './export.ts';
import { importFrom } from './import.ts';
import { CliError, print, withServices } from './services.ts';

const SECRETS = `
The file holds endpoints and secret keys of readers: who has it can send them notifications. It is made readable by its
owner alone (mode 0600); keep it so, and delete it when it is not needed any more.`;

const FORMS = `
One JSON object a line: {"subscription": {"endpoint", "keys": {"p256dh", "auth"}}, "topics": […], "urgency"?, "lang"?, …},
as POST /v1/subscriptions takes it and export writes it. Lines of other services are taken as well: a bare
PushSubscription.toJSON(), one inside "subscription" without topics, or a row with the endpoint and both keys under the names
that common packages give them (public_key, auth_token, web_p256, …). Of such a line only preferences of ours are taken, and
topics that this newsroom does not have are left out. Browsers subscribed with the other service's VAPID key: set that key
here first (VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY).
Importing again what is there already is harmless; it sets the preferences back to the file's.`;

export function subscriptionsCommand(): Command {
  const subscriptions = new Command('subscriptions').description('who receives alerts');
  subscriptions
    .command('export')
    .description('write all subscriptions as NDJSON')
    .option('--file <file>', 'where to; without it, standard output')
    .option('--resume', 'go on where an interrupted export to the same file ended')
    .addHelpText('after', SECRETS)
    .action(exportTo);
  subscriptions
    .command('import')
    .description('store the subscriptions of an NDJSON file')
    .option('--file <file>', 'where from; without it, standard input')
    .option('--topics <ids>', "topics for lines that name none (default: the newsroom's default topics)")
    .option('--dry-run', 'check every line and store nothing')
    .option('--resume', 'go on where an interrupted import of the same file ended')
    .addHelpText('after', FORMS)
    .action(importFrom);
  subscriptions
    .command('erase <id-or-endpoint>')
    .description("erase a reader's subscription, and all that is kept of it")
    .action((wanted: string) =>
      withServices(async ({ redis, audit }) => {
        const id = wanted.includes(':') ? subscriptionId(wanted) : wanted;
        const store = createSubscriptionStore({ redis, vapidKeyId: '', now: Date.now });
        // Before it happens, since the two cannot be one step. Not which: nothing of the reader stays.
        await audit.append({ editorId: 'cli', action: 'subscriptions.erase', target: 'one, if it is there' });
        if (!(await store.erase(id))) throw new CliError('There is no such subscription.');
        print('Erased.');
      }),
    );
  return subscriptions;
}
