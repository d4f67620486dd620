import { html, type TemplateResult } from 'lit';
import type { Words } from '../words/words.ts';
import { selectInput, textArea, textInput } from './inputs.ts';
import type { Outlet, OutletType } from './outlet.ts';

type FaultIn = (name: string) => string | undefined;

const SERVERS = { telegram: 'https://api.telegram.org', mastodon: '', bluesky: 'https://bsky.social' };

interface Context {
  readonly outlet: Outlet | undefined;
  /** For ids. */
  readonly of: string;
  readonly words: Words;
  readonly faultIn: FaultIn;
}

/** What only outlets of this type have. */
export function renderTypeFields(
  type: OutletType,
  outlet: Outlet | undefined,
  of: string,
  words: Words,
  faultIn: FaultIn,
): TemplateResult {
  const context = { outlet, of, words, faultIn };
  const { outlets } = words.text;
  switch (type) {
    case 'telegram':
      return html`
        ${line(context, 'chat', outlets.chat, outlet?.chat, outlets.chatHint)}
        ${secret(context, 'token', outlets.botToken, outlets.botTokenHint)} ${server(context, type)}
      `;
    case 'mastodon':
      return html`
        ${server(context, type)} ${secret(context, 'token', outlets.accessToken, outlets.accessTokenHint)}
        ${selectInput('visibility', outlets.visibility, outlet?.visibility ?? 'public', {
          id: `outlet-visibility-${of}`,
          choices: [
            ['public', outlets.visibilities.public],
            ['unlisted', outlets.visibilities.unlisted],
          ],
        })}
      `;
    case 'bluesky':
      return html`
        ${line(context, 'account', outlets.account, outlet?.account, outlets.accountHint)}
        ${secret(context, 'password', outlets.appPassword, outlets.appPasswordHint)} ${server(context, type)}
      `;
    case 'email':
      break;
  }
  return emailFields(context);
}

function emailFields(context: Context): TemplateResult {
  const { outlet, of, words, faultIn } = context;
  const { outlets, optional } = words.text;
  const more = (name: string, label: string, value: string | null | undefined, dir: 'ltr' | 'auto') =>
    textInput(name, `${label} (${optional})`, value ?? '', {
      id: `outlet-${name}-${of}`,
      dir,
      fault: faultIn(name),
      most: 256,
    });
  return html`
    ${textArea('to', outlets.to, outlet?.to?.join('\n') ?? '', {
      id: `outlet-to-${of}`,
      hint: outlets.toHint,
      fault: faultIn('to'),
      most: 13_000,
    })}
    ${line(context, 'from', outlets.from, outlet?.from)}
    ${more('fromName', outlets.fromName, outlet?.fromName, 'auto')}
    ${line(context, 'host', outlets.host, outlet?.host, outlets.hostHint)}
    <div class="pair">
      ${selectInput('security', outlets.security, outlet?.security ?? 'starttls', {
        id: `outlet-security-${of}`,
        choices: (['starttls', 'tls', 'none'] as const).map(
          (choice) => [choice, outlets.securities[choice]] as const,
        ),
      })}
      ${textInput('port', outlets.port, String(outlet?.port ?? 587), {
        id: `outlet-port-${of}`,
        type: 'number',
        fault: faultIn('port'),
        least: 1,
        most: 65_535,
      })}
    </div>
    ${more('user', outlets.user, outlet?.user, 'ltr')}
    ${textInput('password', `${outlets.password} (${optional})`, '', {
      id: `outlet-password-${of}`,
      type: 'password',
      dir: 'ltr',
      ...(outlet === undefined ? {} : { hint: outlets.secretKept }),
      fault: faultIn('password'),
      most: 256,
    })}
  `;
}

const line = (
  { of, faultIn }: Context,
  name: string,
  label: string,
  value: string | undefined,
  hint?: string,
): TemplateResult =>
  textInput(name, label, value ?? '', {
    id: `outlet-${name}-${of}`,
    dir: 'ltr',
    ...(hint === undefined ? {} : { hint }),
    fault: faultIn(name),
    required: true,
    most: 300,
  });

/** A token or password is written and never shown. */
const secret = (
  { outlet, of, words, faultIn }: Context,
  name: string,
  label: string,
  hint: string,
): TemplateResult =>
  textInput(name, label, '', {
    id: `outlet-${name}-${of}`,
    type: 'password',
    dir: 'ltr',
    hint: outlet === undefined ? hint : words.text.outlets.secretKept,
    fault: faultIn(name),
    required: outlet === undefined,
    most: 512,
  });

const server = (
  { outlet, of, words, faultIn }: Context,
  type: 'telegram' | 'mastodon' | 'bluesky',
): TemplateResult =>
  textInput('server', words.text.outlets.server, outlet?.server ?? SERVERS[type], {
    id: `outlet-server-${of}`,
    type: 'url',
    dir: 'ltr',
    ...(type === 'mastodon' ? { hint: words.text.outlets.mastodonServerHint } : {}),
    fault: faultIn('server'),
    required: true,
    most: 300,
  });

/** What a submitted form says of them. An empty secret is left as it is. */
export function readTypeFields(type: OutletType, value: (name: string) => string): object {
  const given = (name: string): object => (value(name) === '' ? {} : { [name]: value(name) });
  switch (type) {
    case 'telegram':
      return { chat: value('chat'), server: value('server'), ...given('token') };
    case 'mastodon':
      return { server: value('server'), visibility: value('visibility'), ...given('token') };
    case 'bluesky':
      return { account: value('account'), server: value('server'), ...given('password') };
    case 'email':
      break;
  }
  return {
    to: value('to')
      .split(/[\s,;،]+/)
      .filter(Boolean),
    from: value('from'),
    fromName: value('fromName') || null,
    host: value('host'),
    port: Number(value('port')),
    security: value('security'),
    user: value('user') || null,
    ...given('password'),
  };
}
