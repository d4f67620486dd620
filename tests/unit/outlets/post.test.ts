import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createPost } from '../../../src/outlets/webhooks/post.ts';

test('an allowed origin may be inside our network; another port of its host may not', async () => {
  const server = createServer((_request, response) => response.writeHead(204).end());
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const post = createPost([`http://localhost:${port}`], new AbortController().signal);
  expect(await post(`http://localhost:${port}/hook`, {}, '{}')).toMatchObject({ status: 204 });
  const elsewhere = createPost([`http://localhost:${port - 1}`], new AbortController().signal);
  await expect(elsewhere(`http://localhost:${port}/hook`, {}, '{}')).rejects.toMatchObject({
    code: 'ENOTPUBLIC',
  });
  server.close();
});
