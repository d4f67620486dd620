import { Command, Option } from 'commander';
import { lineSchema } from '../alerts/schema.ts';
import { MOST_NAME_LENGTH, ROLES, type Role } from '../editors/schema.ts';
import { ADMIN_ID } from '../editors/store.ts';
import { CliError, EXIT, print } from './exit.ts';
import { withServices } from './services.ts';

/** Who acts, in the audit log. */
const BY = 'cli';

export function editorsCommand(): Command {
  const editors = new Command('editors').description('manage the people who may submit alerts');
  editors
    .command('add')
    .description('add an editor and print their API key (shown only once)')
    .requiredOption('--name <name>', 'the name that colleagues see')
    .addOption(new Option('--role <role>', "the editor's role").choices(ROLES).default('author'))
    .action((options: { name: string; role: Role }) =>
      withServices(async ({ editors: store }) => {
        const name = readName(options.name);
        const { editor, key } = await store.add({ name, role: options.role, by: BY });
        print(
          `Added ${editor.name} (${editor.role}), id ${editor.id}. The API key (shown only once):\n${key}`,
        );
      }),
    );
  editors
    .command('list')
    .description('list all editors, including revoked ones')
    .option('--json', 'print one JSON object per line')
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
    .description("end an editor's API key and sessions for good (to bring someone back, add a new editor)")
    .option('--last-admin', 'even if nobody can manage editors over HTTP afterwards')
    .action((id: string, options: { lastAdmin?: boolean }) =>
      withServices(async ({ editors: store, audit }) => {
        if (options.lastAdmin === true) {
          const editor = await store.revoke(id, BY);
          if (editor === undefined) throw unknownEditor(id);
          return print(`Revoked ${editor.name}.`);
        }
        const done = await store.change(id, { revoked: true }, BY);
        if (done.type === 'changed') return print(`Revoked ${done.editor.name}.`);
        await audit.append({ editorId: BY, action: 'editor.revoke-refused', target: id.slice(0, 100) });
        if (done.type === 'missing') throw unknownEditor(id);
        throw new CliError(
          'This is the last admin: add another with "ajil editors add --role admin", or say --last-admin.',
        );
      }),
    );
  return editors;
}

export function keysCommand(): Command {
  const command = new Command('keys').description('manage API keys');
  command
    .command('replace <editor-id>')
    .description(
      'give an editor a new API key and end the old one (for a lost admin key: keys replace admin)',
    )
    .action((id: string) =>
      withServices(async ({ editors }) => {
        const replaced = await editors.replaceKey(id, BY);
        if (replaced.type === 'missing') throw unknownEditor(id);
        if (replaced.type === 'revoked') {
          throw new CliError(
            `${replaced.editor.name} was revoked for good: use "ajil editors add" to add them with a new id.`,
          );
        }
        const { editor, key } = replaced;
        print(`The new API key of ${editor.name} (${editor.role}; shown only once):\n${key}`);
        if (id === ADMIN_ID && editor.role !== 'admin') {
          print(`${editor.name} is no longer an admin: "ajil editors add --role admin" adds one.`);
        }
      }),
    );
  return command;
}

/** @throws {CliError} for a name that colleagues could not read */
function readName(given: string): string {
  const read = lineSchema(MOST_NAME_LENGTH).safeParse(given);
  if (read.success) return read.data;
  throw new CliError(`--name ${read.error.issues.map(({ message }) => message).join('; ')}.`, EXIT.usage);
}

function unknownEditor(id: string): CliError {
  return new CliError(`No editor has the id ${id}: see "ajil editors list".`);
}
