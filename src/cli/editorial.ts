import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { newIdempotencyKey, openApiClient, type ApiClient } from './api-client.ts';
import { CliError, print } from './exit.ts';

interface Shared {
  readonly json?: boolean;
}

interface Texts {
  readonly headline?: string;
  readonly body?: string;
  readonly url?: string;
  readonly image?: string;
  readonly imageAlt?: string;
  readonly imageCaption?: string;
  readonly imageCredit?: string;
  readonly urgency?: string;
  readonly expires?: string;
}

interface NewOptions extends Shared, Texts {
  readonly lang: string;
  readonly topic: readonly string[];
  readonly at?: string;
  readonly story?: string;
  readonly escalate?: boolean;
  readonly allowDuplicate?: boolean;
  readonly yes?: boolean;
}

interface VersionOptions extends Shared, Texts {
  readonly note?: string;
  readonly silent?: boolean;
}

const HELP = `
The command acts as the editor whose API key is in AJIL_KEY, on the server at AJIL_URL (by default PUBLIC_URL).
Times are RFC 3339, such as 2026-12-01T18:00:00+03:00.`;

const client = (): Promise<ApiClient> => openApiClient(process.env);

/** What editors do from a terminal. */
export function editorialCommands(): Command[] {
  return [
    writing('send', 'send an alert now, or at a time', false),
    writing('draft', 'store a draft, which nobody sees', true),
    following('update', 'tell readers of an alert what is new'),
    following('correct', 'correct an alert'),
    following('retract', 'take an alert back'),
    onAlert('submit', 'send a draft on its way', 'submission', () => ({})),
    onAlert('now', 'send a scheduled alert now', 'submission', () => ({ sendAt: null })),
    scheduling(),
    approving(),
    onAlert(
      'reject',
      'send an alert back to its author',
      'approval',
      ({ note }) => ({ decision: 'reject', note }),
      true,
    ),
    withdrawing(),
    onAlert('cancel', 'cancel an alert that no reader sees yet', 'cancellation', () => undefined),
    onAlert('abort', 'stop an alert that is being sent', 'abort', () => undefined),
    listing(),
  ];
}

/** @param usage its name, and the names of its arguments */
function command(usage: string, description: string): Command {
  const [name, ...names] = usage.split(' ');
  const made = new Command(name);
  for (const argument of names) made.argument(argument);
  return made.description(description).option('--json', 'print JSON').addHelpText('after', HELP);
}

function withTexts(made: Command): Command {
  return made
    .option('--body <text>', 'more than the headline')
    .option('--url <url>', 'the article')
    .option('--image <url>', 'a picture')
    .option('--image-alt <text>', 'what the picture shows')
    .option('--image-caption <text>', "the picture's caption")
    .option('--image-credit <text>', "the picture's credit")
    .option('--urgency <urgency>', 'how loudly: flash, urgent or normal')
    .option('--expires <time>', 'when it is no longer breaking news');
}

const textsOf = ({
  headline,
  body,
  url,
  image,
  imageAlt,
  imageCaption,
  imageCredit,
  urgency,
  expires,
}: Texts) => ({
  headline,
  body,
  url,
  image,
  imageAlt,
  imageCaption,
  imageCredit,
  urgency,
  expiresAt: expires,
});

function writing(name: 'send' | 'draft', description: string, draft: boolean): Command {
  return withTexts(command(`${name} <headline>`, description))
    .requiredOption('--topic <topics...>', 'the topics that it belongs to')
    .option('--lang <language>', 'a language tag', 'ar')
    .option('--at <time>', 'when it leaves')
    .option('--story <id>', 'the open story that it belongs to; GET /v1/stories lists them')
    .option('--escalate', "send a story's alert to everybody, not only to those who follow the story")
    .option('--allow-duplicate', 'send it although the same was sent')
    .option('--yes', 'ask nothing')
    .action(async (headline: string, options: NewOptions) => {
      const api = await client();
      const { lang, topic: topics, at: sendAt, story, escalate, allowDuplicate } = options;
      if (!draft && options.yes !== true) await askAbout(api, { ...options, headline });
      const place = { lang, topics, sendAt, story, escalate };
      const body = { ...textsOf({ ...options, headline }), ...place, allowDuplicate, draft };
      show(await api.call('POST', '/v1/alerts', { body, headers: newIdempotencyKey() }), options);
    });
}

/** Names what the checks found. At a terminal it then asks; a script goes on, since nobody can answer. */
async function askAbout(
  api: ApiClient,
  { headline, lang, body, url }: Texts & { lang: string },
): Promise<void> {
  const { body: answer } = await api.call('POST', '/v1/checks', { body: { headline, lang, body, url } });
  const warnings = answer['warnings'] as readonly { readonly check: string }[];
  for (const { check, ...about } of warnings) {
    console.error(
      `check ${check}: ${Object.entries(about)
        .map(([name, value]) => `${name} ${String(value)}`)
        .join(', ')}`,
    );
  }
  if (warnings.length === 0 || !process.stdin.isTTY) return;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answered = await terminal.question('Send it all the same? (y/N) ');
  terminal.close();
  if (!/^y(es)?$/i.test(answered.trim())) throw new CliError('Nothing was sent.');
}

const CHANGES = { update: 'update', correct: 'correction', retract: 'retraction' } as const;

function following(name: keyof typeof CHANGES, description: string): Command {
  const made = command(`${name} <id>`, description).option(
    '--note <text>',
    'what readers are told about the change',
  );
  if (name !== 'retract') withTexts(made).option('--headline <text>', 'the new headline');
  if (name === 'update') made.option('--silent', 'change the pages, and notify nobody');
  return made.action(async (id: string, options: VersionOptions) => {
    const api = await client();
    const { body: now } = await api.call('GET', `/v1/alerts/${encodeURIComponent(id)}`);
    const body = {
      ...textsOf(options),
      change: CHANGES[name],
      note: options.note,
      silent: options.silent,
      baseVersion: now['version'],
    };
    const path = `/v1/alerts/${encodeURIComponent(id)}/versions`;
    show(await api.call('POST', path, { body, headers: newIdempotencyKey() }), options);
  });
}

type Body = Readonly<Record<string, unknown>> | undefined;

function onAlert(
  name: string,
  description: string,
  action: string,
  bodyOf: (options: { note?: string }) => Body,
  takesNote = false,
): Command {
  const made = command(`${name} <id>`, description);
  if (takesNote) made.option('--note <text>', 'what its author should know');
  return made.action((id: string, options: Shared & { note?: string }) =>
    act(id, action, bodyOf(options), options),
  );
}

async function act(id: string, action: string, body: Body, options: Shared): Promise<void> {
  const path = `/v1/alerts/${encodeURIComponent(id)}/${action}`;
  show(await (await client()).call('POST', path, { body }), options);
}

function scheduling(): Command {
  return command('schedule <id> <time>', 'send a draft, or a scheduled alert, at another time').action(
    (id: string, sendAt: string, options: Shared) => act(id, 'submission', { sendAt }, options),
  );
}

function approving(): Command {
  return command('approve <id>', 'agree to an alert that waits for a second editor')
    .option('--note <text>', 'what its author should know')
    .option('--bypass <reason>', 'approve your own alert; all approvers see the reason')
    .option('--allow-duplicate', 'send it although the same was sent')
    .action((id: string, options: Shared & { note?: string; bypass?: string; allowDuplicate?: boolean }) => {
      const { note, bypass: reason, allowDuplicate } = options;
      const bypass = reason === undefined ? undefined : { reason };
      return act(id, 'approval', { decision: 'approve', note, bypass, allowDuplicate }, options);
    });
}

function withdrawing(): Command {
  return command('withdraw <id>', 'take the approval of a scheduled alert back').action(
    async (id: string, options: Shared) => {
      const api = await client();
      show(await api.call('DELETE', `/v1/alerts/${encodeURIComponent(id)}/approval`), options);
    },
  );
}

interface Search extends Shared {
  readonly status?: string;
  readonly q?: string;
  readonly limit?: string;
}

function listing(): Command {
  return command('list', 'list alerts, newest first')
    .option('--status <status>', 'such as draft, scheduled or awaiting-approval')
    .option('--q <words>', 'words of headline or text')
    .option('--limit <number>', 'at most so many', '20')
    .action(async ({ json, ...search }: Search) => {
      const given = Object.entries(search).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      const { body } = await (
        await client()
      ).call('GET', `/v1/alerts?${new URLSearchParams(given).toString()}`);
      for (const alert of body['alerts'] as readonly Shown[]) print(json === true ? alert : lineOf(alert));
    });
}

interface Shown {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly headline: string;
  readonly sendAt: string | null;
}

/** A right-to-left headline is isolated, so that it turns nothing else of the line around. */
const lineOf = ({ id, version, status, headline, sendAt }: Shown): string =>
  [id, `v${version}`, status, ...(status === 'scheduled' ? [sendAt] : []), `\u2068${headline}\u2069`].join(
    '  ',
  );

function show({ body }: { readonly body: object }, { json }: Shared): void {
  print(json === true ? body : lineOf(body as Shown));
}
