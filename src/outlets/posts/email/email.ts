import { connect, type Socket } from 'node:net';
import { createTransport, type Transporter } from 'nodemailer';
import { isTlsFault } from '../call.ts';
import type { OutletOf } from '../outlet.ts';
import { failed, type Abilities, type Fault, type Result, type Service } from '../service.ts';
import { mailServerFault, mailServerLookup } from './address.ts';
import { mailOf, messageIdOf } from './mail.ts';

export const EMAIL: Abilities = {
  edit: false,
  remove: false,
  repeatMs: 0,
  mostUnanswered: Infinity,
  length: null,
  pauseMs: 0,
};

/** A server has so long to greet, ms. */
const GREETING_MS = 8000;
/** Some look at a message for long before they take it. */
const ANSWER_MS = 20_000;
/** Of a whole session. */
const SESSION_MS = 35_000;

export interface EmailDeps {
  readonly allowedOrigins: readonly string[];
  /** An authority (PEM) that may have signed mail servers' certificates, in addition to the system's. */
  readonly ca?: string;
}

/** Sends mail through a newsroom's own mail server: SMTP, RFC 5321. */
export function createEmail(outlet: OutletOf<'email'>, deps: EmailDeps): Service {
  const { host, port, security, user, password } = outlet;

  /** Nodemailer would resolve the name by itself, also to an address inside our network. */
  const openSocket = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const fault = mailServerFault(outlet, deps.allowedOrigins);
      if (fault !== undefined) return reject(Object.assign(new Error(fault), { code: 'ENOTPUBLIC' }));
      const lookup = mailServerLookup(outlet, deps.allowedOrigins);
      const socket = connect({ host, port, lookup });
      const timer = setTimeout(() => socket.destroy(timedOut()), GREETING_MS);
      const done = (): void => clearTimeout(timer);
      socket.once('error', (error) => (done(), reject(error)));
      socket.once('connect', () => (done(), resolve(socket)));
    });

  const transport = (socket: Socket): Transporter =>
    createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'none',
      ...(user === null ? {} : { auth: { user, pass: password ?? '' }, forceAuth: true }),
      tls: { minVersion: 'TLSv1.2', ...(deps.ca === undefined ? {} : { ca: deps.ca }) },
      connectionTimeout: ANSWER_MS,
      greetingTimeout: GREETING_MS,
      socketTimeout: ANSWER_MS,
      getSocket: (_options, callback) => callback(null, { connection: socket }),
    });

  async function using<T extends object>(
    use: (transporter: Transporter) => Promise<Result<T>>,
    isPost: boolean,
  ): Promise<Result<T>> {
    let socket: Socket;
    try {
      socket = await openSocket();
    } catch (error) {
      return failed(faultOf(error as SmtpError, false));
    }
    try {
      return await use(transport(socket));
    } catch (error) {
      return failed(faultOf(error as SmtpError, isPost));
    } finally {
      socket.destroy();
    }
  }

  return {
    can: EMAIL,
    check: () =>
      using(async (transporter) => {
        await transporter.verify();
        return { type: 'done' };
      }, false),
    post: (message, options) =>
      using(async (transporter) => {
        const { rejected = [] } = await transporter.sendMail({
          ...mailOf(outlet, message, options),
          signal: AbortSignal.timeout(SESSION_MS),
        });
        const ref = messageIdOf(outlet, options.key);
        return { type: 'done', ref, ...(rejected.length > 0 ? { remark: 'some-recipients' } : {}) };
      }, true),
    edit: () => Promise.resolve(failed({ reason: 'refused' })),
    remove: () => Promise.resolve(failed({ reason: 'refused' })),
  };
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly originalCode?: string;
  readonly responseCode?: number;
  readonly response?: string;
  readonly command?: string;
}

const timedOut = (): Error => Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' });

function faultOf(error: SmtpError, isPost: boolean): Fault {
  const { responseCode, response, command } = error;
  // Nodemailer's own code takes the place of that of Node.js.
  const { code = '', originalCode = code } = error;
  const said = {
    ...(responseCode === undefined ? {} : { status: responseCode }),
    ...(response === undefined ? {} : { detail: response }),
  };
  if (code === 'ENOTPUBLIC') return { reason: 'private-address' };
  if (code === 'ETLS' || isTlsFault(originalCode)) return { reason: 'no-tls', detail: originalCode, ...said };
  if (responseCode !== undefined && responseCode < 500) return { reason: 'broken', ...said };
  if (code === 'EAUTH' || code === 'ENOAUTH') return { reason: 'credentials', ...said };
  if (code === 'EENVELOPE') return { reason: command === 'RCPT TO' ? 'target' : 'rights', ...said };
  if (responseCode !== undefined) return { reason: 'refused', ...said };
  // The connection broke: before or after the server took the message.
  const uncertain = isPost ? ({ isUncertain: true } as const) : {};
  const isSilent = code === 'ETIMEDOUT' || code === 'EABORT';
  return { reason: isSilent ? 'silent' : 'unreachable', detail: originalCode, ...uncertain };
}
