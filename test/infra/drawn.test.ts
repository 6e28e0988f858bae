import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { draw } from '../../cli/doctor/cloud/drawn.ts';
import { bundleFunction } from '../../lib/code/bundle-function.ts';
import { layerZip } from '../../lib/code/layer-zip.ts';
import { findSources } from '../../lib/plan/find-sources.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const sources = await findSources();
const [source] = sources;

async function configuration(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-drawn-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'tidemark.json'), text);
  return join(folder, 'tidemark.json');
}

test('what this checkout would deploy is drawn with its code, and nothing of it is left behind', async () => {
  const connection = { id: 'acme', source: source?.id, origin: 'https://vendor.example.com' };
  const config = { connections: [connection], destinations: [{ id: 'lake', type: 's3' }] };

  const drawn = await draw(await configuration(JSON.stringify(config)));
  const [code, other] = [await drawn.codeOf(source?.id ?? ''), await drawn.codeOf('nobody')];
  const files = await drawn.filesOf(source?.id ?? '');
  await drawn.close();

  expect([...drawn.templates.keys()]).toEqual(['tidemark-state', 'tidemark-forwarding', 'tidemark-schedules-1']);
  expect(code).toMatch(/^[0-9a-f]{64}$/);
  expect(other).toBeUndefined();
  // The same zip as in every other deployment, and a layer of this one’s own.
  const { zip, code: bundled } = bundleFunction(source?.id ?? '');
  expect(code).toBe(sha256(bundled));
  const origins = `{"tidemark/${source?.id}/acme":["https://vendor.example.com"]}`;
  expect(files).toEqual({ code: sha256(zip), layers: [sha256(layerZip({ origins, caBundle: undefined }))] });
  // The bundles were there to be read, and are gone.
  await expect(drawn.codeOf(source?.id ?? '')).rejects.toThrow('ENOENT');
});

test('a configuration that cannot be drawn says why', async () => {
  const connection = { id: 'acme', source: source?.id, origin: 'http://127.0.0.1:8080' };
  const config = { connections: [connection], destinations: [{ id: 'lake', type: 's3' }] };

  const drawing = draw(await configuration(JSON.stringify(config)));

  await expect(drawing).rejects.toThrow(/cannot be drawn: .*wanted https/);
});
