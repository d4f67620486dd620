import { makeCertificate, type TestCertificate } from '../tls.ts';
import { startAsChild, startHere } from './processes.ts';
import type { PushServiceControl, PushServiceSettings } from './service.ts';
import { subscriptionsOf, type SubscriptionJson } from './virtual.ts';

type Asynchronous<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never;
};

/** A push service on this machine, as strict as the real ones. What it is told takes effect before the promise resolves. */
export interface PushService extends Asynchronous<Omit<PushServiceControl, 'createBlock'>> {
  /** `https://localhost:PORT`: what `PUSH_ALLOWED_ORIGINS` must name. */
  readonly origin: string;
  /** For Firefox's preference `dom.push.serverURL`. */
  readonly webSocketUrl: string;
  /** PEM of the authority to trust. */
  readonly ca: string;
  /** A subscription with keys of its own. */
  createSubscription(options?: { applicationServerKey?: string }): Promise<SubscriptionJson>;
  /** Many at once, which share 16 key pairs between them unless told otherwise. */
  createSubscriptions(
    size: number,
    options?: { applicationServerKey?: string; keyPairs?: number },
  ): Promise<SubscriptionJson[]>;
  stop(): Promise<void>;
}

export interface PushServiceOptions extends Partial<PushServiceSettings> {
  /** True: a process of its own, so that it shares no event loop with what is measured or killed. */
  readonly child?: boolean;
  readonly certificate?: TestCertificate;
}

export async function startPushService(options: PushServiceOptions = {}): Promise<PushService> {
  const certificate = options.certificate ?? makeCertificate();
  const settings: PushServiceSettings = {
    record: options.record ?? 'messages',
    maxConcurrentStreams: options.maxConcurrentStreams ?? 100,
    host: options.host,
  };
  const { origin, webSocketUrl, call, stop } =
    options.child === true
      ? await startAsChild({ certificate, settings })
      : await startHere(certificate, settings);

  const createSubscriptions: PushService['createSubscriptions'] = async (size, create = {}) =>
    subscriptionsOf(await call('createBlock', [size, create.applicationServerKey, create.keyPairs ?? 16]));
  return {
    origin,
    webSocketUrl,
    ca: certificate.ca,
    createSubscriptions,
    createSubscription: async (create) => {
      const [subscription] = await createSubscriptions(1, create);
      if (subscription === undefined) throw new Error('the push service made no subscription');
      return subscription;
    },
    received: (...args) => call('received', args),
    counts: (...args) => call('counts', args),
    totals: () => call('totals', []),
    arrivals: () => call('arrivals', []),
    sizes: (...args) => call('sizes', args),
    takenBetween: (...args) => call('takenBetween', args),
    addFault: (...args) => call('addFault', args),
    clearFaults: (...args) => call('clearFaults', args),
    setProtocols: (...args) => call('setProtocols', args),
    setGoAwayAfter: (...args) => call('setGoAwayAfter', args),
    cutConnections: () => call('cutConnections', []),
    browserEndpoints: () => call('browserEndpoints', []),
    browserAnswers: () => call('browserAnswers', []),
    browserPosts: (...args) => call('browserPosts', args),
    expireBrowsers: () => call('expireBrowsers', []),
    stop,
  };
}
