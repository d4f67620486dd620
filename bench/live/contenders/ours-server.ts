/** Our gateway as the server role opens it, on `node:http`; alerts reach it through the live log in Redis. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openGateway } from '../../../src/live/gateway.ts';
import { createLogger } from '../../../src/ops/logger.ts';
import { createMetrics } from '../../../src/ops/metrics.ts';
import { connectRedis } from '../../../src/redis/connect.ts';
import { serve } from './serve.ts';

const [redisUrl = '', port = '0', gripUrl, gripKey = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'warn', role: 'bench' });
const redis = connectRedis(redisUrl, 'command', logger);
const gateway = await openGateway({
  describeRefusal: () => ({ status: 503 }),
  follower: connectRedis(redisUrl, 'follower', logger),
  logger,
  metrics: createMetrics('bench'),
  allowedOrigins: [],
  addressOf: (request) => request.socket.remoteAddress ?? '',
  drainSeconds: 0,
  onBroadcast: () => undefined,
  grip: gripUrl === undefined ? undefined : { urls: [gripUrl], key: gripKey, token: undefined, redis },
  now: Date.now,
});
const server = createServer((request, response) => void gateway.handleSse(request, response));
server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
server.listen({ host: '127.0.0.1', port: Number(port), backlog: 4096 });
await once(server, 'listening');
serve({ port: (server.address() as AddressInfo).port });
