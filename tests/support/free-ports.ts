import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/**
 * Ports that nobody listens on: the workers must know the server's before it listens (PUBLIC_URL), and a server
 * that comes back must come back to the same one.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
