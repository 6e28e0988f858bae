import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { examineDestinations } from '../../../../cli/doctor/here/destinations.ts';
import { listPutAside } from '../../../../cli/put-aside/list-put-aside.ts';
import type { EcsEvent } from '../../../../functions/core/ecs-event.ts';
import { findSources } from '../../../../lib/plan/find-sources.ts';
import { readConfig } from '../../../../local/configuration.ts';
import { startReceiver } from '../../../local/http/strict-receiver.ts';
import { difference } from '../../delivered.ts';
import { SOURCE } from '../../plain.ts';
import { type Place, test } from '../program.ts';

const KEY = 'canary-access-key';

/** Looks at what is in a place, in this process: each program of its own takes seconds. */
async function lookInto({ folder, out }: Place) {
  const [config, state] = [join(folder, 'tidemark.json'), join(folder, 'state')];
  const places = { state, out, secrets: join(state, 'secrets.json') };
  return {
    putAside: await listPutAside({ config, state, out, json: true }),
    checks: await examineDestinations(places, await readConfig(config, await findSources())),
  };
}

async function addSecret({ folder }: Place, name: string, value: object): Promise<void> {
  const file = join(folder, 'state', 'secrets.json');
  const secrets = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...secrets, [name]: value }), { mode: 0o600 });
}

test('an endpoint gets each event in a record of its own; what it refuses for good is put aside, and sent again on demand', async ({
  place,
}) => {
  const here = await place();
  const receiver = await startReceiver();
  const endpoint = { service: 'custom', url: receiver.url };
  await here.configure(({ connections }) => ({
    connections,
    destinations: [{ id: 'soc', type: 'http', endpoint, attributes: { team: 'audit' } }],
  }));
  await addSecret(here, 'tidemark/http/soc', { api_key: KEY });
  // The first request is to be sent again, the second is refused for good.
  receiver.replies.push(
    () => ({ status: 503 }),
    () => ({ status: 413 }),
  );

  const run = await here.run('--once');
  const refused = receiver.received[0]?.records ?? [];
  const before = await lookInto(here);
  const again = await here.command('redrive', '--destination', 'soc', '--json');
  const after = await lookInto(here);

  expect([run.code, again.code], run.stderr).toEqual([0, 0]);
  expect(receiver.wrong).toEqual([]);
  expect(new Set(receiver.received.map(({ key, source, isPacked }) => `${key} ${source} ${isPacked}`))).toEqual(
    new Set([`${KEY} arn:aws:firehose:us-east-1:000000000000:deliverystream/tidemark-soc-${SOURCE} true`]),
  );
  expect(receiver.received[0]?.attributes).toEqual({ team: 'audit' });
  // The second attempt is the same request.
  expect(receiver.received[1]).toEqual(receiver.received[0]);
  expect(refused.length).toBeGreaterThan(0);
  expect(before.putAside).toMatchObject([{ destination: 'soc', source: SOURCE, objects: 1 }]);
  expect(JSON.parse(again.stdout).streams).toMatchObject([
    { objects: 1, records: refused.length, reasons: { 'HttpEndpoint.DestinationException': refused.length } },
  ]);
  expect(after.putAside).toMatchObject([{ objects: 0 }]);
  const records = receiver.received.slice(2).flatMap((one) => one.records);
  const events = records.map((record) => JSON.parse(record) as EcsEvent);
  expect(records.every((record) => record.indexOf('\n') === record.length - 1)).toBe(true);
  const texts = events.filter(({ event }) => event.module !== 'tidemark').map(({ event }) => event.original ?? '');
  expect(difference(texts, here.held())).toEqual({ missing: [], extra: [] });
  const { origin } = new URL(receiver.url);
  expect(after.checks).toContainEqual(
    expect.objectContaining({ check: 'endpoint', ok: true, found: expect.stringContaining(`${origin}, which is not`) }),
  );
  for (const { stdout, stderr } of [run, again]) expect(stdout + stderr).not.toContain(KEY);
});
