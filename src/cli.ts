import { Command, CommanderError, Option } from 'commander';
import { ConfigError, loadConfig } from './config.ts';
import { createAuditLog, type AuditLog } from './editors/audit.ts';
import { ROLES, type Role } from './editors/schema.ts';
import { createEditorStore, type EditorStore } from './editors/store.ts';
import { createLogger } from './ops/logger.ts';
import { isRedisAway } from './redis/away.ts';
import { closeRedis, connectRedis, waitUntilReady, type Redis } from './redis/connect.ts';
import { embeddedRedisPlace } from './redis/embedded.ts';

const EXIT = { failed: 1, usage: 2, redisAway: 3 } as const;

/** Says what went wrong in one line; the command ends with `code`. */
class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: number;
  constructor(message: string, code: number = EXIT.failed) {
    super(message);
    this.code = code;
  }
}

interface Services {
  readonly redis: Redis;
  readonly editors: EditorStore;
  readonly audit: AuditLog;
}

/** Opens what a command needs, by the same configuration as the servers, and closes it whatever happens. */
async function withServices(run: (services: Services) => Promise<void>): Promise<void> {
  const config = loadConfig(process.env);
  const url = config.redisUrl ?? embeddedRedisPlace(config.dataDir).url;
  const redis = connectRedis(url, 'command', createLogger({ level: 'silent', role: 'cli' }));
  try {
    await waitUntilReady(redis, 3000).catch(() => {
      throw new CliError(
        config.redisUrl === undefined
          ? `Ajil's own Redis does not run in ${config.dataDir}: start Ajil first (npm start), or set DATA_DIR or REDIS_URL as it has them.`
          : 'Redis does not answer: check REDIS_URL and that the server runs.',
        EXIT.redisAway,
      );
    });
    const now = Date.now;
    await run({ redis, editors: createEditorStore({ redis, now }), audit: createAuditLog({ redis, now }) });
  } finally {
    await closeRedis(redis);
  }
}

function print(value: unknown): void {
  console.log(typeof value === 'string' ? value : JSON.stringify(value));
}

function editorsCommand(): Command {
  const editors = new Command('editors').description('who may submit alerts');
  editors
    .command('add')
    .description('add an editor and print their API key, once')
    .requiredOption('--name <name>', 'how colleagues know them')
    .addOption(new Option('--role <role>', 'what they may do').choices(ROLES).default('author'))
    .action((options: { name: string; role: Role }) =>
      withServices(async ({ editors: store, audit }) => {
        const name = options.name.normalize('NFC').trim();
        if (name === '' || name.length > 100)
          throw new CliError('--name must have 1 to 100 characters.', EXIT.usage);
        const { editor, key } = await store.add({ name, role: options.role });
        await audit.append({ editorId: 'cli', action: `editor.add-${editor.role}`, target: editor.id });
        print(`Added ${editor.name} (${editor.role}), id ${editor.id}. The API key, shown only now:\n${key}`);
      }),
    );
  editors
    .command('list')
    .description('list editors, the revoked too')
    .option('--json', 'one JSON object a line')
    .action((options: { json?: boolean }) =>
      withServices(async ({ editors: store }) => {
        for (const editor of await store.list()) {
          const state = editor.revokedAt === null ? '' : `  revoked ${editor.revokedAt}`;
          print(options.json ? editor : `${editor.id}  ${editor.role.padEnd(8)}  ${editor.name}${state}`);
        }
      }),
    );
  editors
    .command('revoke <id>')
    .description("end an editor's API key and sessions, for good")
    .action((id: string) =>
      withServices(async ({ editors: store, audit }) => {
        const editor = await store.revoke(id);
        if (editor === undefined) throw unknownEditor(id);
        await audit.append({ editorId: 'cli', action: 'editor.revoke', target: id });
        print(`Revoked ${editor.name}.`);
      }),
    );
  return editors;
}

function keysCommand(): Command {
  const command = new Command('keys').description('API keys');
  command
    .command('replace <editor-id>')
    .description('give an editor a new API key and end the old one (a lost admin key: keys replace admin)')
    .action((id: string) =>
      withServices(async ({ editors, audit }) => {
        const replaced = await editors.replaceKey(id);
        if (replaced === undefined) throw unknownEditor(id);
        await audit.append({ editorId: 'cli', action: 'editor.replace-key', target: id });
        print(`The new API key of ${replaced.editor.name}, shown only now:\n${replaced.key}`);
      }),
    );
  return command;
}

function auditCommand(): Command {
  const command = new Command('audit').description('the log of what editors did');
  command
    .command('verify')
    .description('check that no entry was changed, removed or put in')
    .option('--json', 'one JSON object')
    .action((options: { json?: boolean }) =>
      withServices(async ({ audit }) => {
        const verdict = await audit.verify();
        if (options.json) print(verdict);
        if (verdict.type === 'broken') {
          throw new CliError(
            `The chain breaks at ${verdict.streamId}, after ${verdict.entries} good entries.`,
          );
        }
        if (!options.json) print(`${verdict.entries} entries, unbroken. Head: ${verdict.head || 'none'}`);
      }),
    );
  return command;
}

function unknownEditor(id: string): CliError {
  return new CliError(`There is no editor ${id}: see "ajil editors list".`);
}

function createProgram(): Command {
  const program = new Command('ajil')
    .description(
      "The operator's commands of Ajil. They use the configuration of the servers (see .env.example).",
    )
    .showHelpAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed (or the audit log is broken), 2 wrong usage or configuration, 3 Redis is away.',
    );
  // `subscriptions import|export` is added here.
  for (const command of [editorsCommand(), keysCommand(), auditCommand()]) program.addCommand(command);
  const all = (command: Command): Command[] => [command, ...command.commands.flatMap(all)];
  for (const command of all(program)) command.exitOverride();
  return program;
}

/** What a failure means to a shell; prints why unless commander has. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  console.error(error instanceof Error ? error.message : String(error));
  if (error instanceof CliError) return error.code;
  if (error instanceof ConfigError) return EXIT.usage;
  return isRedisAway(error) ? EXIT.redisAway : EXIT.failed;
}

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
