import { createPushService, type PushServiceControl, type PushServiceSettings } from './service.ts';
import type { TestCertificate } from '../tls.ts';

/** The push service as a process of its own: commands come and results go over the IPC channel. */
export interface StartCommand {
  readonly certificate: TestCertificate;
  readonly settings: PushServiceSettings;
}
export interface CallCommand {
  readonly id: number;
  readonly method: keyof PushServiceControl;
  readonly args: readonly unknown[];
}
export type ChildMessage =
  | { readonly type: 'ready'; readonly origin: string; readonly webSocketUrl: string }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'fault'; readonly id: number; readonly message: string };

const tell = (message: ChildMessage): void => void process.send?.(message);

// Without its parent there is nobody to serve.
process.once('disconnect', () => process.exit(0));
process.once('message', (start: StartCommand) => {
  void createPushService(start.certificate, start.settings).then(({ origin, webSocketUrl, control }) => {
    const methods = control as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
    process.on('message', ({ id, method, args }: CallCommand) => {
      try {
        tell({ type: 'result', id, result: methods[method]?.(...args) });
      } catch (error) {
        tell({ type: 'fault', id, message: error instanceof Error ? error.message : String(error) });
      }
    });
    tell({ type: 'ready', origin, webSocketUrl });
  });
});
