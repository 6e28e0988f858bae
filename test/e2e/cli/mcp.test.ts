import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect } from 'vitest';
import { FEED, type Place, SECRET_NAME, test } from './program.ts';

const CLI = fileURLToPath(new URL('../../../cli/cli.ts', import.meta.url));

/** A client of the server that works in this place, and all that came through it. */
async function connect(place: Place, onEnd: (end: () => Promise<void>) => void) {
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [CLI, 'mcp', '--state', 'state', '--out', 'out'],
    cwd: place.folder,
    stderr: 'ignore',
  });
  onEnd(() => client.close());
  await client.connect(transport);
  const heard: string[] = [];
  const call = async (name: string, given: Record<string, unknown> = {}) => {
    const { content, isError = false } = await client.callTool({ name, arguments: given });
    const [{ text = '' } = {}] = content as { text?: string }[];
    heard.push(text);
    return { isError, answer: JSON.parse(text) };
  };
  return { client, call, heard };
}

test('an assistant sees how feeds stand, what is missing and what was delivered; no secret, and nothing changes', async ({
  place,
  onTestFinished,
}) => {
  const here = await place({ count: 40 });
  await here.run('--once');
  const { client, call, heard } = await connect(here, onTestFinished);
  const range = { from: new Date(here.from).toISOString(), to: new Date(here.to).toISOString() };

  const { tools } = await client.listTools();
  const status = await call('status', { feed: FEED });
  const lateness = await call('lateness');
  const ledger = await call('ledger', { since: '1d' });
  const quarantine = await call('quarantine');
  const verified = await call('verify', { feed: FEED, ...range });

  const sources = await call('sources');
  const preview = await call('preview', { stream: FEED.split('/', 2).join('/'), record: '{"odd": [1, 2]}' });

  expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['status', 'verify', 'doctor', 'preview']));
  expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
  expect(tools.some(({ inputSchema }) => JSON.stringify(inputSchema).includes('repair'))).toBe(false);
  expect(status.answer.feeds).toMatchObject([{ feed: FEED, failures: 0, quarantine: [] }]);
  expect(lateness.answer.feeds).toMatchObject([{ feed: FEED, lateness: { onTime: 40, late: 0 } }]);
  const hours = ledger.answer.feeds[0].ledger.flatMap(({ hours }: { hours: { events: number }[] }) => hours);
  expect(hours.reduce((sum: number, { events }: { events: number }) => sum + events, 0)).toBe(40);
  expect(quarantine.answer.feeds).toEqual([{ feed: FEED, quarantine: [] }]);
  expect(verified.answer.feeds).toMatchObject([{ feed: FEED, state: 'caught-up' }]);
  expect(sources.answer.sources.map(({ source }: { source: string }) => source)).toContain(FEED.split('/', 1)[0]);
  expect(preview.answer.unmapped.join()).toContain('odd');
  const secrets = JSON.parse(await readFile(join(here.folder, 'state', 'secrets.json'), 'utf8'));
  const values = Object.values(
    typeof secrets[SECRET_NAME] === 'string' ? JSON.parse(secrets[SECRET_NAME]) : secrets[SECRET_NAME],
  );
  expect(values.length).toBeGreaterThan(0);
  for (const value of values) expect(heard.join()).not.toContain(value);
});

test('an assistant is told why nothing arrives', async ({ place, onTestFinished }) => {
  const { call } = await connect(await place({ count: 1 }), onTestFinished);

  const { answer } = await call('doctor', { feed: FEED });

  expect(answer.ok).toBe(true);
  expect(answer.checks).toContainEqual(expect.objectContaining({ subject: FEED, check: 'answers', ok: true }));
});

test('a wrong question is answered with what to do', async ({ place, onTestFinished }) => {
  const { call, client } = await connect(await place({ count: 1 }), onTestFinished);

  const unknown = await call('status', { feed: 'nobody/*' });
  const odd = await call('ledger', { since: 'yesterday' });
  const repairing = await client.callTool({ name: 'verify', arguments: { repair: true, since: 'x' } });

  expect(unknown).toMatchObject({ isError: true, answer: { error: { code: 'config' } } });
  expect(unknown.answer.error.remedy).toContain(FEED);
  expect(odd.answer.error).toMatchObject({
    message: '--since is "yesterday".',
    remedy: expect.stringContaining('24h'),
  });
  expect(repairing.isError).toBe(true);
});
