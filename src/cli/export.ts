import { open, rename, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { exportSubscriptions } from '../audience/export.ts';
import { SHARDS } from '../audience/shard.ts';
import { openAddresses } from '../channels/addresses.ts';
import { openCheckpoint } from './checkpoint.ts';
import { openProgress } from './progress.ts';
import { CliError, EXIT } from './exit.ts';
import { withServices } from './services.ts';

interface Options {
  readonly file?: string;
  readonly resume?: boolean;
}

const stateSchema = z.object({
  next: z.object({ shard: z.number(), page: z.number() }),
  bytes: z.number(),
  count: z.number(),
});
type Source = Parameters<typeof exportSubscriptions>[0];
type State = z.infer<typeof stateSchema>;

const START: State = { next: { shard: 0, page: 0 }, bytes: 0, count: 0 };

export async function exportTo(options: Options): Promise<void> {
  if (options.resume && options.file === undefined) throw new CliError('--resume needs --file.', EXIT.usage);
  await withServices(async ({ config, redis, audit }) => {
    // First, so that the log records the export even if the command is interrupted.
    const entry = { editorId: 'cli', action: 'subscriptions.export' };
    await audit.append({ ...entry, target: options.resume ? 'resumed' : 'begun' });
    const source = { redis, addresses: openAddresses({ config, vapidKeyId: '' }) };
    const count =
      options.file === undefined
        ? await toStdout(source)
        : await toFile(source, options.file, options.resume === true);
    await audit.append({ ...entry, target: `${count} subscriptions` });
    // Standard output may be the export itself.
    console.error(`${count} subscriptions exported.`);
  });
}

async function toStdout(source: Source): Promise<number> {
  const bar = openProgress('subscriptions');
  let count = 0;
  for await (const { lines, next } of exportSubscriptions(source)) {
    count += lines.length;
    bar.show(count, next.shard / SHARDS);
    if (lines.length === 0) continue;
    await new Promise<void>((written, fault) => {
      process.stdout.write(`${lines.join('\n')}\n`, (error) => (error ? fault(error) : written()));
    });
  }
  bar.end();
  return count;
}

/** The file has its name only once it is whole; until then it is `<file>.part`, with its checkpoint beside it. */
async function toFile(source: Source, name: string, resume: boolean): Promise<number> {
  const part = `${name}.part`;
  const checkpoint = openCheckpoint(`${name}.export`, stateSchema);
  let state = resume ? await checkpoint.load() : START;
  const file = await openPart(part, resume);
  const bar = openProgress('subscriptions');
  try {
    // What was written after the last checkpoint is written again.
    await file.truncate(state.bytes);
    for await (const { lines, next } of exportSubscriptions(source, state.next)) {
      const text = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      await file.write(text, 0, text.length, state.bytes);
      state = { next, bytes: state.bytes + text.length, count: state.count + lines.length };
      await checkpoint.save(state);
      bar.show(state.count, state.next.shard / SHARDS);
    }
    await file.sync();
  } finally {
    bar.end();
    await file.close();
  }
  await rename(part, name);
  await checkpoint.clear();
  return state.count;
}

async function openPart(part: string, resume: boolean): Promise<FileHandle> {
  try {
    const file = await open(part, resume ? 'r+' : 'w', 0o600);
    // The mode above counts only for a file that is made now.
    await file.chmod(0o600);
    return file;
  } catch (error) {
    throw new CliError(`Cannot write ${part}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
