/**
 * What encrypting one 600-byte message for one reader costs, by each way that Node offers and by the addon.
 * `npm run bench:encryption -- --help`
 */
import {
  createECDH,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  randomBytes,
  webcrypto,
  type KeyObject,
} from 'node:crypto';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { createLogger } from '../src/ops/logger.ts';
import { createPortableEncryption, sealMessage, type TargetKeys } from '../src/push/encryption/portable.ts';
import { openEncryptor } from '../src/push/encryption/encryptor.ts';
import { readCommandLine, readCount } from '../tests/support/command-line.ts';
import { median, spread } from './support/statistics.ts';

const HELP = `npm run bench:encryption -- [options]

Measures the cost of encrypting a message of 600 bytes with each implementation.

  --messages N    messages per implementation and round (2000)
  --rounds N      rounds; each measures every implementation once, in turn (5)
  --json          print one line of JSON at the end`;

const values = readCommandLine(HELP, {
  messages: { type: 'string', default: '2000' },
  rounds: { type: 'string', default: '5' },
  json: { type: 'boolean', default: false },
});
const MESSAGES = readCount(values.messages, HELP);
const ROUNDS = readCount(values.rounds, HELP);
const CURVE = 'prime256v1';
const payload = randomBytes(600);
const readers: TargetKeys[] = Array.from({ length: 500 }, () => ({
  p256dh: createECDH(CURVE).generateKeys(),
  auth: randomBytes(16),
}));
/** SubjectPublicKeyInfo of a P-256 point (RFC 5480): what stands before the 65 bytes. */
const SPKI_HEAD = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex');

interface Way {
  readonly name: string;
  /** Not counted: what may be done while idle. */
  prepare?(count: number): void;
  /** Encrypts for all of them. */
  run(readers: readonly TargetKeys[]): Promise<void> | void;
}

const each = (name: string, encrypt: (keys: TargetKeys) => unknown): Way => ({
  name,
  run: (readers) => {
    for (const keys of readers) encrypt(keys);
  },
});

const seal = (keys: TargetKeys, publicKey: Buffer, shared: Buffer): Buffer =>
  sealMessage(keys, payload, { publicKey, shared }, randomBytes(16));

function encryptWithKeyObjects(keys: TargetKeys): Buffer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = Buffer.concat([SPKI_HEAD, keys.p256dh]);
  const theirs: KeyObject = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const shared = diffieHellman({ privateKey, publicKey: theirs });
  return seal(keys, publicKey.export({ format: 'der', type: 'spki' }).subarray(-65), shared);
}

async function encryptWithWebCrypto(keys: TargetKeys): Promise<Buffer> {
  const { subtle } = webcrypto;
  const algorithm = { name: 'ECDH', namedCurve: 'P-256' };
  const pair = await subtle.generateKey(algorithm, false, ['deriveBits']);
  const theirs = await subtle.importKey('raw', keys.p256dh, algorithm, false, []);
  const shared = await subtle.deriveBits({ name: 'ECDH', public: theirs }, pair.privateKey, 256);
  return seal(keys, Buffer.from(await subtle.exportKey('raw', pair.publicKey)), Buffer.from(shared));
}

function ways(): Way[] {
  const logger = createLogger({ level: 'silent', role: 'bench' });
  const native = openEncryptor({ logger });
  const ece = createRequire(createRequire(import.meta.url).resolve('web-push'))('http_ece') as {
    encrypt(text: Buffer, options: object): Buffer;
  };
  const batches = (size: number): Way => ({
    name: `addon, ${size} a call`,
    run: (readers) => {
      for (let at = 0; at < readers.length; at += size) {
        native.encrypt(readers.slice(at, at + size).map((target) => ({ target, payload })));
      }
    },
  });
  let ahead: ReturnType<typeof createECDH>[] = [];
  return [
    each('http_ece (npm web-push)', ({ p256dh, auth }) => {
      const privateKey = createECDH(CURVE);
      privateKey.generateKeys();
      const authSecret = auth.toString('base64url');
      ece.encrypt(payload, {
        version: 'aes128gcm',
        dh: p256dh.toString('base64url'),
        privateKey,
        authSecret,
      });
    }),
    each('ECDH object per message', (keys) => {
      const ecdh = createECDH(CURVE);
      seal(keys, ecdh.generateKeys(), ecdh.computeSecret(keys.p256dh));
    }),
    {
      name: 'ECDH, pairs made ahead',
      prepare: (count) => {
        ahead = Array.from({ length: count }, () => {
          const ecdh = createECDH(CURVE);
          ecdh.generateKeys();
          return ecdh;
        });
      },
      run: (readers) => {
        for (const keys of readers) {
          const ecdh = ahead.pop() as ReturnType<typeof createECDH>;
          seal(keys, ecdh.getPublicKey(), ecdh.computeSecret(keys.p256dh));
        }
      },
    },
    each('KeyObjects, diffieHellman', encryptWithKeyObjects),
    {
      name: 'WebCrypto, 64 at once',
      run: async (readers) => {
        let next = 0;
        const worker = async (): Promise<void> => {
          while (next < readers.length) await encryptWithWebCrypto(readers[next++] as TargetKeys);
        };
        await Promise.all(Array.from({ length: 64 }, worker));
      },
    },
    each(
      'one ECDH object (portable)',
      (() => {
        const encrypt = createPortableEncryption();
        return (keys: TargetKeys) => encrypt(keys, payload);
      })(),
    ),
    ...(native.kind === 'native' ? [batches(1), batches(8), batches(32), batches(64)] : []),
  ];
}

/** µs a message: CPU of all threads, and how long the event loop was held. */
async function measure(way: Way): Promise<{ cpu: number; loop: number }> {
  const list = Array.from({ length: MESSAGES }, (_, index) => readers[index % readers.length] as TargetKeys);
  way.prepare?.(list.length);
  const cpu = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  const start = performance.now();
  await way.run(list);
  const used = process.cpuUsage(cpu);
  // A synchronous run holds the loop all the time; the loop's own account starts only after the first turn.
  const held =
    way.run(readers.slice(0, 0)) instanceof Promise
      ? performance.eventLoopUtilization(loop).active
      : performance.now() - start;
  return { cpu: (used.user + used.system) / MESSAGES, loop: (held * 1000) / MESSAGES };
}

const all = ways().map((way) => ({ way, rounds: [] as { cpu: number; loop: number }[] }));
for (const { way } of all) await measure(way); // warm
for (let round = 0; round < ROUNDS; round++) {
  for (const { way, rounds } of all) rounds.push(await measure(way));
}
const { node, openssl } = process.versions;
console.log(
  `${cpus()[0]?.model ?? ''}, Node ${node}, OpenSSL ${openssl}; ${MESSAGES} messages of ${payload.length} bytes, ${ROUNDS} rounds: median (lowest to highest)`,
);
console.log('| way | CPU µs a message | event loop held, µs a message |\n| --- | --- | --- |');
const result: Record<string, number> = {};
for (const { way, rounds } of all) {
  const cpu = rounds.map((round) => round.cpu);
  result[way.name] = Math.round(median(cpu));
  const loop = rounds.map((round) => round.loop);
  console.log(`| ${way.name} | ${spread(cpu, 0)} | ${spread(loop, 0)} |`);
}
if (values.json) console.log(JSON.stringify(result));
