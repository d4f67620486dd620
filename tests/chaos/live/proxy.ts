import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPushpin } from '../../support/pushpin.ts';

/** A Pushpin in front of the servers, whose publications may get lost. */
export interface ChaosProxy {
  /** Where clients come. */
  readonly origin: string;
  /** Of the servers. */
  readonly env: Readonly<Record<string, string>>;
  /** kill -9 of its processes, and a new start. */
  restart(): Promise<void>;
  /** Every other publication is lost, and the servers are told that it arrived. */
  lose(on: boolean): void;
  /** The servers are told 500; every other publication arrives all the same. */
  refuse(on: boolean): void;
  stop(): Promise<void>;
}

const KEY = 'a-key-that-only-we-and-our-proxy-know';

export async function startChaosProxy(ports: readonly number[]): Promise<ChaosProxy> {
  const pushpin = await startPushpin({ origins: ports, key: KEY, maxConnections: 5000 });
  let losing = false;
  let refusing = false;

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat((await request.toArray()) as Buffer[]);
    // By the version, so that no other server's publication of it arrives.
    const isLost = (losing || refusing) && Number(/"id":"[^:"]+:(\d+)"/.exec(body.toString())?.[1]) % 2 === 0;
    const passed =
      isLost ||
      (await fetch(`${pushpin.publishUrl}/publish/`, { method: 'POST', body }).then(
        ({ ok }) => ok,
        () => false,
      ));
    response.writeHead(passed && !refusing ? 200 : 500).end();
  }

  const between = createServer((request, response) => void pass(request, response));
  await once(between.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://127.0.0.1:${pushpin.port}`,
    env: { GRIP_URL: `http://127.0.0.1:${(between.address() as AddressInfo).port}`, GRIP_KEY: KEY },
    restart: () => pushpin.restart(),
    lose: (on) => (losing = on),
    refuse: (on) => (refusing = on),
    stop: async () => {
      between.closeAllConnections();
      between.close();
      await pushpin.stop();
    },
  };
}
