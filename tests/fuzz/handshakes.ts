import { randomBytes } from 'node:crypto';
import { pick } from '../chaos/live/alert-source.ts';

/** A request, and the statuses that may answer it. */
export interface Handshake {
  readonly name: string;
  readonly bytes: Buffer;
  /** 101 opens a WebSocket, 200 an event stream, {@link RESET} ends without an answer. */
  readonly statuses: readonly number[];
  /** Whatever the API documents, or nothing at all: it is no request, or not a whole one. */
  readonly endless?: boolean;
}

/** TCP takes the answer back when the server closes with bytes unread: what Node's parser refuses in the middle may lose its 400 or 431. */
export const RESET = 0;

interface Parts {
  method: string;
  target: string;
  version: string;
  headers: [name: string, value: string][];
  body: string;
}

/** What an API of this kind may say to nonsense; anything else is a finding. */
export const DOCUMENTED: ReadonlySet<number> = new Set([
  400, 403, 404, 405, 406, 408, 411, 413, 414, 417, 426, 429, 431, 501, 503,
]);

const LETTERS = 'abcXYZ09-_.~%,:;=&?/ \u00e9';

const letters = (count: number, random: () => number): string =>
  Array.from({ length: count }, () => LETTERS.charAt(Math.floor(random() * LETTERS.length))).join('');

function upgrade(random: () => number): Parts {
  return {
    method: 'GET',
    target: '/v1/live?topics=world',
    version: 'HTTP/1.1',
    headers: [
      ['Host', 'localhost'],
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', randomBytes(16).toString('base64')],
      ['X-Forwarded-For', `10.9.${Math.floor(random() * 256)}.${Math.floor(random() * 256)}`],
    ],
    body: '',
  };
}

function stream(random: () => number): Parts {
  const parts = upgrade(random);
  parts.headers = [
    ['Host', 'localhost'],
    ['Accept', 'text/event-stream'],
    ...parts.headers.filter(([name]) => name === 'X-Forwarded-For'),
  ];
  return parts;
}

function set(parts: Parts, name: string, value: string | undefined): Parts {
  parts.headers = parts.headers.filter(([other]) => other !== name);
  if (value !== undefined) parts.headers.push([name, value]);
  return parts;
}

const bytesOf = ({ method, target, version, headers, body }: Parts): Buffer =>
  Buffer.from(
    `${method} ${target} ${version}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
    'latin1',
  );

const withTarget = (parts: Parts, target: string): Parts => ({ ...parts, target });

type Maker = (random: () => number) => [Parts, readonly number[]];

const MAKERS: Record<string, Maker> = {
  'in order': (random) => [upgrade(random), [101]],
  'event stream in order': (random) => [stream(random), [200]],
  'foreign origin': (random) => [
    set(upgrade(random), 'Origin', pick(['https://evil.example', 'null', 'localhost', ''], random)),
    [403],
  ],
  'long origin': (random) => [set(upgrade(random), 'Origin', `https://${letters(4000, random)}`), [403, 400]],
  'no urgency': (random) => [withTarget(upgrade(random), `/v1/live?urgency=${letters(5, () => 0.1)}`), [400]],
  'topics that are none': (random) => [withTarget(upgrade(random), '/v1/live?topics=World,%00,%zz'), [400]],
  'too many topics': (random) => [
    withTarget(upgrade(random), `/v1/live?topics=${Array.from({ length: 51 }, (_, i) => `t${i}`).join()}`),
    [400],
  ],
  'language that is none': (random) => [withTarget(upgrade(random), '/v1/live?lang=!!'), [400]],
  'any query': (random) => [
    withTarget(upgrade(random), `/v1/live?${encodeURI(letters(60, random))}`),
    [101, 400],
  ],
  'any cursor': (random) => [
    withTarget(upgrade(random), `/v1/live?cursor=${encodeURIComponent(letters(30, random))}`),
    [101],
  ],
  'cursor beyond all': (random) => [
    withTarget(upgrade(random), `/v1/live?cursor=abcdefghijkl:${'9'.repeat(15)}`),
    [101],
  ],
  'cursor of any length': (random) => [
    withTarget(upgrade(random), `/v1/live?cursor=a:${'9'.repeat(Math.floor(random() * 5000))}`),
    [101],
  ],
  'Last-Event-ID of any kind': (random) => [
    set(stream(random), 'Last-Event-ID', letters(40, random).trim()),
    [200],
  ],
  'another path': (random) => [
    withTarget(
      upgrade(random),
      pick(['/', '/v1', '/v1/live/', '/v1/livex', '//v1/live', '/v1/alerts'], random),
    ),
    [404, 400],
  ],
  'whole URL as target': (random) => [withTarget(upgrade(random), 'http://localhost/v1/live'), [101]],
  'no key': (random) => [set(upgrade(random), 'Sec-WebSocket-Key', undefined), [400]],
  'key that is none': (random) => [
    set(upgrade(random), 'Sec-WebSocket-Key', randomBytes(Math.floor(random() * 15)).toString('base64')),
    [400],
  ],
  'another version': (random) => [
    set(upgrade(random), 'Sec-WebSocket-Version', pick(['8', '12', '14', '', 'x'], random)),
    [426],
  ],
  'another upgrade': (random) => [
    set(upgrade(random), 'Upgrade', pick(['h2c', 'websocket2', 'TLS/1.0'], random)),
    [400, 426],
  ],
  'upgrade without Connection': (random) => [set(upgrade(random), 'Connection', 'keep-alive'), [426]],
  'another method': (random) => [
    { ...upgrade(random), method: pick(['POST', 'PUT', 'DELETE'], random) },
    [405],
  ],
  'old HTTP': (random) => [{ ...upgrade(random), version: 'HTTP/1.0' }, [400, 426]],
  'HTTP that is none': (random) => [{ ...upgrade(random), version: 'HTTP/7.7' }, [400, RESET]],
  'extensions and protocols': (random) => [
    set(
      set(upgrade(random), 'Sec-WebSocket-Extensions', 'permessage-deflate; client_max_window_bits'),
      'Sec-WebSocket-Protocol',
      'graphql-ws, chat',
    ),
    [101],
  ],
  'forwarded for anybody': (random) => [
    set(
      upgrade(random),
      'X-Forwarded-For',
      pick(
        [
          'unknown',
          '::1',
          '::ffff:1.2.3.4',
          '256.1.1.1',
          ',,,',
          letters(50, random).trim(),
          '1.1.1.1, '.repeat(200),
        ],
        random,
      ),
    ),
    [101],
  ],
  'many headers': (random) => {
    const parts = upgrade(random);
    for (let i = 0; i < 1500; i++) parts.headers.unshift([`X-${i}`, '']);
    return [parts, [101, 431, 400, RESET]];
  },
  'large header': (random) => [set(upgrade(random), 'X-Large', 'a'.repeat(20_000)), [431, RESET]],
  'a body': (random) => {
    const parts = set(upgrade(random), 'Content-Length', '5');
    return [{ ...parts, body: 'hello' }, [101, 400]];
  },
  'two requests at once': (random) => {
    const parts = stream(random);
    return [{ ...parts, body: bytesOf(stream(random)).toString('latin1') }, [200]];
  },
};

/** A handshake of the dice: mostly one of the known kinds, sometimes with bytes changed, or never finished. */
export function anyHandshake(random: () => number): Handshake {
  const dice = random();
  if (dice < 0.3) return made('in order', random);
  const handshake = made(pick(Object.keys(MAKERS), random), random);
  if (dice < 0.8) return handshake;
  if (dice < 0.9) {
    const end = Math.floor(random() * (handshake.bytes.length - 4));
    return { name: 'never finished', bytes: handshake.bytes.subarray(0, end), statuses: [], endless: true };
  }
  const bytes = Buffer.from(handshake.bytes);
  for (let i = 0; i < 1 + random() * 8; i++) {
    bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  }
  return { name: `${handshake.name}, with bytes changed`, bytes, statuses: [], endless: true };
}

function made(name: string, random: () => number): Handshake {
  const [parts, statuses] = (MAKERS[name] as Maker)(random);
  return { name, bytes: bytesOf(parts), statuses };
}
