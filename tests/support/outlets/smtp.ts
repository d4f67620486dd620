import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import { makeCertificate } from '../tls.ts';
import type { FakeService, Mood } from './fake.ts';

const USER = 'ajil@news.test';
const PASSWORD = 'smtp-test-password-77';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly read: Email;
  readonly isSecure: boolean;
}
const refusal = (responseCode: number, message: string): Error =>
  Object.assign(new Error(message), { responseCode });

/** A mail server of the newsroom, with STARTTLS and AUTH. */
export async function startSmtp(): Promise<FakeService & { mails: () => Mail[]; ca: string; port: number }> {
  const { ca, cert, key } = makeCertificate();
  const mails: Mail[] = [];
  let calls = 0;

  const server = new SMTPServer({
    cert,
    key,
    secure: false,
    authMethods: ['PLAIN', 'LOGIN'],
    disableReverseLookup: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      if (fake.mood === 'shut' || username !== USER || password !== PASSWORD) {
        return done(refusal(535, '5.7.8 Authentication credentials invalid'));
      }
      done(null, { user: USER });
    },
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('nobody') ? refusal(550, '5.1.1 No such user') : null),
    onData: (stream: SMTPServerDataStream, session, done) => {
      const parts: Buffer[] = [];
      calls += 1;
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => void end());
      async function end(): Promise<void> {
        if (fake.mood === 'hangs') return;
        if (fake.mood === 'broken') return done(refusal(451, '4.3.0 Try again later'));
        if (fake.mood === 'busy') return done(refusal(450, '4.7.0 Rate limit exceeded'));
        const raw = Buffer.concat(parts).toString('utf8');
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw,
          read: await PostalMime.parse(raw),
          isSecure: session.secure,
        });
        if (fake.mood === 'lost') {
          for (const connection of server.connections) connection._socket.destroy();
          return;
        }
        done();
      }
    },
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;

  const fake = {
    type: 'email' as const,
    origin: `smtp://127.0.0.1:${port}`,
    settings: {
      type: 'email',
      host: '127.0.0.1',
      port,
      user: USER,
      password: PASSWORD,
      from: 'alerts@news.test',
      fromName: 'غرفة الأخبار',
      to: ['list@lists.test'],
    },
    secret: PASSWORD,
    wrong: { password: 'wrong-password' },
    ca,
    port,
    mood: 'well' as Mood,
    calls: () => calls,
    mails: () => mails,
    shown: () =>
      Promise.resolve(
        mails.map(({ read }) => ({
          text: `${read.subject ?? ''}\n${read.text ?? ''}`,
          lang: read.headers.find((header) => header.key === 'content-language')?.value,
          edits: 0,
          answers:
            read.inReplyTo === undefined
              ? undefined
              : mails.findIndex((mail) => mail.read.messageId === read.inReplyTo),
        })),
      ),
    close: () => new Promise<void>((closed) => server.close(() => closed())),
  };
  return fake;
}
