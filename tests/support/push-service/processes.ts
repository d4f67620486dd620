import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { TestCertificate } from '../tls.ts';
import type { CallCommand, ChildMessage, StartCommand } from './child.ts';
import { createPushService, type PushServiceControl, type PushServiceSettings } from './service.ts';

/** A running push service, wherever it runs. */
export interface Started {
  readonly origin: string;
  readonly webSocketUrl: string;
  readonly call: <K extends keyof PushServiceControl>(
    method: K,
    args: Parameters<PushServiceControl[K]>,
  ) => Promise<ReturnType<PushServiceControl[K]>>;
  readonly stop: () => Promise<void>;
}

export async function startHere(
  certificate: TestCertificate,
  settings: PushServiceSettings,
): Promise<Started> {
  const { origin, webSocketUrl, control, close } = await createPushService(certificate, settings);
  return {
    origin,
    webSocketUrl,
    call: async (method, args) => {
      const run = control[method] as (...given: typeof args) => ReturnType<PushServiceControl[typeof method]>;
      return run(...args);
    },
    stop: close,
  };
}

export async function startAsChild(start: StartCommand, enter: readonly string[] = []): Promise<Started> {
  const require = createRequire(import.meta.url);
  const [execPath, ...before] = [...enter, process.execPath];
  const child = fork(new URL('child.ts', import.meta.url), {
    execPath,
    execArgv: [...before, '--import', pathToFileURL(require.resolve('tsx')).href],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  const ready = new Promise<{ origin: string; webSocketUrl: string }>((resolve, reject) => {
    child.once('exit', () => {
      const fault = new Error('the push service has ended');
      reject(fault);
      for (const call of waiting.values()) call.reject(fault);
      waiting.clear();
    });
    child.on('message', (message: ChildMessage) => {
      if (message.type === 'ready') return resolve(message);
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.type === 'result') call?.resolve(message.result);
      else call?.reject(new Error(message.message));
    });
  });
  child.send(start);
  const { origin, webSocketUrl } = await ready;
  return {
    origin,
    webSocketUrl,
    call: (method, args) =>
      new Promise((resolve, reject) => {
        lastId += 1;
        waiting.set(lastId, { resolve: (value) => resolve(value as never), reject });
        child.send({ id: lastId, method, args } satisfies CallCommand);
      }),
    stop: async () => {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
