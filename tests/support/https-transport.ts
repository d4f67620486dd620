import { Agent, request as httpsRequest } from 'node:https';
import { TransportError, type Transport, type TransportResponse } from '../../src/push/types.ts';

/** The plainest transport there is: `node:https` with a keep-alive agent. For tests of what stands on a transport. */
export function openHttpsTransport(options: { ca: string | string[]; timeoutMs?: number }): Transport {
  const agent = new Agent({ keepAlive: true, ca: options.ca });
  return {
    request: ({ origin, path, headers, body }) =>
      new Promise<TransportResponse>((resolve, reject) => {
        const message = httpsRequest(origin + path, {
          agent,
          method: 'POST',
          headers: { ...headers, 'content-length': String(body.length) },
          timeout: options.timeoutMs ?? 5000,
        });
        message.on('response', (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (text += part));
          response.on('end', () => {
            const fields = response.headers as Record<string, string>;
            resolve({ status: response.statusCode ?? 0, headers: fields, body: text });
          });
        });
        message.on('timeout', () => message.destroy(new TransportError('timeout', 'no answer', true)));
        message.on('error', (error: NodeJS.ErrnoException) => {
          const refused = error.code === 'ECONNREFUSED';
          reject(
            error instanceof TransportError
              ? error
              : new TransportError(refused ? 'connect' : 'closed', error.message, !refused),
          );
        });
        message.end(body);
      }),
    close: () => {
      agent.destroy();
      return Promise.resolve();
    },
  };
}
