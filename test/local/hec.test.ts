import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { sendToHec } from '../../local/services/hec.ts';

const servers: (() => void)[] = [];
afterEach(() => {
  for (const close of servers.splice(0)) close();
});

async function collector(
  status: number,
): Promise<{ url: string; got: { auth: string | undefined; body: string; path: string | undefined }[] }> {
  const got: { auth: string | undefined; body: string; path: string | undefined }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    got.push({ auth: request.headers.authorization, body: Buffer.concat(chunks).toString(), path: request.url });
    response.writeHead(status).end('{"text":"...","code":0}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
}

test('sends the records back to back, with the token', async () => {
  const { url, got } = await collector(200);
  await sendToHec({ url: `${url}/`, token: 'hec-token' }, [Buffer.from('{"event":1}\n'), Buffer.from('{"event":2}\n')]);
  expect(got).toEqual([
    { auth: 'Splunk hec-token', body: '{"event":1}\n{"event":2}\n', path: '/services/collector/event' },
  ]);
});

test.each([
  [503, 'ServiceUnavailableException'],
  [429, 'ServiceUnavailableException'],
  [403, 'InvalidArgumentException'],
  [400, 'InvalidArgumentException'],
])('an answer %i refuses the call as %s', async (status, type) => {
  const { url } = await collector(status);
  await expect(sendToHec({ url, token: 't' }, [Buffer.from('x')])).rejects.toMatchObject({ type });
});

test('a collector that is not there refuses for now', async () => {
  const { url } = await collector(200);
  for (const close of servers.splice(0)) close();
  await expect(sendToHec({ url, token: 't' }, [Buffer.from('x')])).rejects.toMatchObject({
    type: 'ServiceUnavailableException',
    message: expect.stringContaining(url),
  });
});
