import { once } from 'node:events';
import { randomBytes, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import type { TakenMessage } from './virtual.ts';

/** What a browser said about a message. Ack: 100 delivered, 101 could not decrypt, 102 not delivered; nack: 301 to 303. */
export interface BrowserAnswer {
  readonly endpoint: string;
  readonly type: 'ack' | 'nack';
  readonly code: number;
}

interface Browser {
  uaid: string;
  socket: WebSocket | undefined;
  readonly channels: Map<string, Channel>;
  /** Not yet acknowledged: sent again at the next hello. By version. */
  readonly pending: Map<string, { channel: Channel; message: TakenMessage }>;
}

interface Channel {
  readonly id: string;
  readonly token: string;
  readonly browser: Browser;
  readonly applicationServerKey: string | undefined;
  readonly taken: TakenMessage[];
  gone: boolean;
}

export interface BrowserSubscriptions {
  /** For Firefox's preference `dom.push.serverURL`. */
  readonly url: string;
  find(path: string):
    | {
        readonly endpoint: string;
        readonly applicationServerKey: string | undefined;
        readonly gone: boolean;
        take(message: TakenMessage): void;
      }
    | undefined;
  endpoints(): string[];
  answers(): BrowserAnswer[];
  posts(endpoint: string): number;
  /** Forgets every browser, as a push service does now and then: their subscriptions are gone, and they are told. */
  expireAll(): void;
  close(): Promise<void>;
}

const updates = z.array(z.object({ version: z.string(), code: z.number().optional() }));
// Firefox speaks the protocol of https://mozilla-push-service.readthedocs.io/en/latest/design/
const clientMessage = z.discriminatedUnion('messageType', [
  z.object({ messageType: z.literal('hello'), uaid: z.string().nullish() }),
  z.object({ messageType: z.literal('register'), channelID: z.string(), key: z.string().nullish() }),
  z.object({ messageType: z.literal('unregister'), channelID: z.string() }),
  z.object({ messageType: z.literal('ack'), updates }),
  z.object({ messageType: z.literal('nack'), version: z.string(), code: z.number().optional() }),
  z.object({ messageType: z.literal('broadcast_subscribe') }),
]);
type ClientMessage = z.infer<typeof clientMessage>;

/** The side of the push service that browsers hold a WebSocket to. */
export async function listenForBrowsers(origin: () => string): Promise<BrowserSubscriptions> {
  const browsers = new Map<string, Browser>();
  const channels = new Map<string, Channel>();
  const answers: BrowserAnswer[] = [];
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => (offered.has('push-notification') ? 'push-notification' : false),
  });
  await once(server, 'listening');
  const endpointOf = (channel: Channel): string => `${origin()}/wpush/${channel.token}`;

  function hello(socket: WebSocket, uaid: string | null | undefined): Browser {
    let browser = browsers.get(uaid ?? '');
    if (browser === undefined) {
      browser = {
        uaid: randomUUID().replaceAll('-', ''),
        socket,
        channels: new Map(),
        pending: new Map(),
      };
      browsers.set(browser.uaid, browser);
    }
    browser.socket = socket;
    send(browser, {
      messageType: 'hello',
      status: 200,
      uaid: browser.uaid,
      use_webpush: true,
      broadcasts: {},
    });
    for (const [version, { channel, message }] of browser.pending) deliver(channel, version, message);
    return browser;
  }

  function register(browser: Browser, channelID: string, key: string | null | undefined): void {
    let channel = browser.channels.get(channelID);
    if (channel === undefined) {
      const applicationServerKey =
        typeof key === 'string' ? Buffer.from(key, 'base64url').toString('base64url') : undefined;
      const token = randomBytes(18).toString('base64url');
      channel = { id: channelID, token, browser, applicationServerKey, taken: [], gone: false };
      browser.channels.set(channelID, channel);
      channels.set(token, channel);
    }
    const pushEndpoint = endpointOf(channel);
    send(browser, { messageType: 'register', status: 200, channelID, pushEndpoint });
  }

  function unregister(browser: Browser, channelID: string): void {
    const channel = browser.channels.get(channelID);
    if (channel !== undefined) channel.gone = true;
    browser.channels.delete(channelID);
    send(browser, { messageType: 'unregister', status: 200, channelID });
  }

  function answered(browser: Browser, type: 'ack' | 'nack', version: string, code: number): void {
    const pending = browser.pending.get(version);
    if (pending === undefined) return;
    browser.pending.delete(version);
    answers.push({ endpoint: endpointOf(pending.channel), type, code });
  }

  function onMessage(browser: Browser, message: Exclude<ClientMessage, { messageType: 'hello' }>): void {
    switch (message.messageType) {
      case 'register':
        return register(browser, message.channelID, message.key);
      case 'unregister':
        return unregister(browser, message.channelID);
      case 'ack':
        for (const { version, code } of message.updates) answered(browser, 'ack', version, code ?? 100);
        return;
      case 'nack':
        return answered(browser, 'nack', message.version, message.code ?? 301);
      case 'broadcast_subscribe':
        return;
    }
  }

  server.on('connection', (socket) => {
    let browser: Browser | undefined;
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      if (browser?.socket === socket) browser.socket = undefined;
    });
    socket.on('message', (data) => {
      const text = Buffer.isBuffer(data) ? data.toString() : '';
      if (text === '{}') return socket.send('{}');
      const message = clientMessage.safeParse(JSON.parse(text));
      // A message we do not know must fail the test that provoked it, not hang it.
      if (!message.success) return socket.close(1008, 'unknown message');
      if (message.data.messageType === 'hello') browser = hello(socket, message.data.uaid);
      else if (browser === undefined) socket.close(1008, 'hello comes first');
      else onMessage(browser, message.data);
    });
  });

  function take(channel: Channel, message: TakenMessage): void {
    channel.taken.push(message);
    const { pending } = channel.browser;
    for (const [version, waiting] of pending) {
      const replaced =
        waiting.channel === channel &&
        message.collapseKey !== '' &&
        waiting.message.collapseKey === message.collapseKey;
      if (replaced && channel.browser.socket === undefined) pending.delete(version);
    }
    const version = randomUUID();
    pending.set(version, { channel, message });
    deliver(channel, version, message);
  }

  function deliver(channel: Channel, version: string, message: TakenMessage): void {
    send(channel.browser, {
      messageType: 'notification',
      channelID: channel.id,
      version,
      data: message.body.toString('base64url'),
      headers: { encoding: 'aes128gcm' },
    });
  }

  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    find: (path) => {
      const channel = path.startsWith('/wpush/') ? channels.get(path.slice(7)) : undefined;
      if (channel === undefined) return undefined;
      return {
        endpoint: endpointOf(channel),
        applicationServerKey: channel.applicationServerKey,
        gone: channel.gone,
        take: (message) => take(channel, message),
      };
    },
    endpoints: () => [...channels.values()].filter(({ gone }) => !gone).map(endpointOf),
    answers: () => [...answers],
    posts: (endpoint) =>
      [...channels.values()].find((channel) => endpointOf(channel) === endpoint)?.taken.length ?? 0,
    expireAll: () => {
      for (const browser of browsers.values()) {
        for (const channel of browser.channels.values()) channel.gone = true;
        browser.socket?.terminate();
      }
      browsers.clear();
    },
    close: async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise<void>((done) => {
        server.close(() => done());
      });
    },
  };
}

function send(browser: Browser, message: object): void {
  browser.socket?.send(JSON.stringify(message));
}
