import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { openKey } from '../../local/services/access/key.ts';
import { Signatures } from '../../local/services/access/signature.ts';
import { startTable } from '../../local/services/dynamodb.ts';
import { findRunning, preparePlaces } from '../../local/world.ts';

async function makePlaces() {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const places = await preparePlaces(folder);
  const says = (table: string) =>
    writeFile(join(folder, 'running.json'), JSON.stringify({ pid: process.pid, urls: { table } }), { mode: 0o600 });
  return { places, says };
}

test('a program works beside one that has the key of the state directory', async () => {
  const { places, says } = await makePlaces();
  const signatures = new Signatures(await openKey(places.state));
  const service = await startTable({ directory: join(places.state, 'table'), tableName: 'tidemark', signatures });
  onTestFinished(() => service.close());
  await says(service.url);

  expect(await findRunning(places)).toMatchObject({ pid: process.pid, urls: { table: service.url } });
});

test('whoever listens now where a run has died is asked for a proof, told no more, and not believed', async () => {
  const { places, says } = await makePlaces();
  const told: string[] = [];
  const other = createServer(async (request, response) => {
    const asked = await text(request);
    told.push(`${request.method} ${request.url}`);
    // All that it can send back is what it was sent.
    response.end(JSON.stringify({ ...JSON.parse(asked || '{}'), proof: JSON.parse(asked || '{}').challenge }));
  });
  await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void other.close());
  await says(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);

  expect(await findRunning(places)).toBeUndefined();
  expect(told).toEqual(['POST /_proof']);
});
