import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { importSubscriptions, NOTHING_IMPORTED, type ImportProgress } from '../audience/import.ts';
import type { LineRules } from '../audience/line.ts';
import { createSubscriptionStore, type SubscriptionStore } from '../audience/subscriptions.ts';
import { createTopicStore } from '../audience/topics.ts';
import { openAddresses } from '../channels/addresses.ts';
import type { Config } from '../config.ts';
import { claimVapidKey, loadVapidKeys } from '../push/vapid/vapid-keys.ts';
import type { Redis } from '../redis/connect.ts';
import { openCheckpoint } from './checkpoint.ts';
import { openProgress } from './progress.ts';
import { CliError, EXIT, print } from './exit.ts';
import { withServices } from './services.ts';

interface Options {
  readonly file?: string;
  readonly topics?: string;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
}

const checkpointSchema = z.object({
  /** Of the file: another size means another file. */
  size: z.number(),
  progress: z.object({
    lines: z.number(),
    bytes: z.number(),
    created: z.number(),
    updated: z.number(),
    faults: z.number(),
  }),
});

/** Faults told one by one; the others are counted. */
const FAULTS_SHOWN = 100;

export async function importFrom(options: Options): Promise<void> {
  if (options.resume && (options.file === undefined || options.dryRun)) {
    throw new CliError('--resume needs --file and excludes --dry-run.', EXIT.usage);
  }
  await withServices(async ({ config, redis, audit }) => {
    const vapidKeyId = options.dryRun ? '' : await claimKey(config, redis);
    const addresses = openAddresses({ config, vapidKeyId });
    const rules = { addresses, ...(await topicsFor(redis, options.topics)) };
    const store = options.dryRun ? undefined : createSubscriptionStore({ redis, addresses, now: Date.now });
    const note = async (target: string): Promise<void> => {
      if (store !== undefined)
        await audit.append({ editorId: 'cli', action: 'subscriptions.import', target });
    };
    await note(options.resume ? 'resumed' : 'begun');
    const done = await run(options, store, rules);
    await note(`${done.created} created, ${done.updated} updated`);
    print(
      options.dryRun
        ? `${done.created} lines are good, ${done.faults} have faults. Nothing was stored.`
        : `${done.created} created, ${done.updated} were known, ${done.faults} faulty lines skipped.`,
    );
    if (done.faults > 0) process.exitCode = EXIT.failed;
  });
}

async function run(
  options: Options,
  store: SubscriptionStore | undefined,
  rules: LineRules,
): Promise<ImportProgress> {
  const bar = openProgress('lines');
  let faults = 0;
  const fault = (line: number, reason: string): void => {
    faults += 1;
    if (faults <= FAULTS_SHOWN) console.error(`line ${line}: ${reason}`);
    if (faults === FAULTS_SHOWN + 1) console.error('further faults are counted but not shown');
  };
  try {
    if (options.file === undefined) {
      const progress = ({ lines }: ImportProgress): void => bar.show(lines, undefined);
      const stream = process.stdin as AsyncIterable<Buffer>;
      return await importSubscriptions({ store, rules }, stream, NOTHING_IMPORTED, { progress, fault });
    }
    const file = await open(options.file).catch((error: Error) => {
      throw new CliError(`Cannot read ${options.file}: ${error.message}`);
    });
    const { size } = await file.stat();
    const checkpoint = openCheckpoint(`${options.file}.import`, checkpointSchema);
    const from = options.resume ? await resumeAt(checkpoint.load(), size) : NOTHING_IMPORTED;
    const stream = file.createReadStream({ start: from.bytes }) as AsyncIterable<Buffer>;
    const done = await importSubscriptions({ store, rules }, stream, from, {
      fault,
      progress: async (progress) => {
        bar.show(progress.lines, progress.bytes / size);
        if (store !== undefined) await checkpoint.save({ size, progress });
      },
    });
    if (store !== undefined) await checkpoint.clear();
    return done;
  } finally {
    bar.end();
  }
}

async function resumeAt(
  saved: Promise<z.infer<typeof checkpointSchema>>,
  size: number,
): Promise<ImportProgress> {
  const { size: before, progress } = await saved;
  if (before !== size)
    throw new CliError('The file has changed since the checkpoint: import it without --resume.');
  return progress;
}

/** Of the VAPID key in use. */
async function claimKey(config: Config, redis: Redis): Promise<string> {
  // New keys would differ from the servers' keys.
  if (config.vapid.publicKey === undefined && !existsSync(join(config.dataDir, 'vapid.json'))) {
    throw new CliError(
      `${config.dataDir} holds no VAPID keys: set DATA_DIR or the keys to the servers' values.`,
      EXIT.usage,
    );
  }
  const keys = await loadVapidKeys({ dataDir: config.dataDir, ...config.vapid });
  await claimVapidKey(redis, keys);
  return keys.keyId;
}

async function topicsFor(redis: Redis, topics: string | undefined): Promise<Omit<LineRules, 'addresses'>> {
  const store = createTopicStore(redis);
  const known = await store.list();
  const ids = known.map((topic) => topic.id);
  const wanted = topics?.split(',').map((topic) => topic.trim());
  const unknown = wanted?.find((topic) => !ids.includes(topic));
  if (unknown !== undefined) {
    throw new CliError(`--topics: ${unknown} is not a topic; the topics are ${ids.join(', ')}.`, EXIT.usage);
  }
  return {
    knownTopics: await store.followable(),
    defaultTopics: wanted ?? known.filter((topic) => topic.default).map((topic) => topic.id),
  };
}
