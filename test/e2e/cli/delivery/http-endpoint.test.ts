import { expect } from 'vitest';
import type { EcsEvent } from '../../../../functions/core/ecs-event.ts';
import { startReceiver } from '../../../local/http/strict-receiver.ts';
import { difference } from '../../delivered.ts';
import { SOURCE } from '../../plain.ts';
import { ending, startProgram, test } from '../program.ts';

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
  const stored = await ending(
    startProgram(here.folder, ['secret', 'set', 'soc', '--state', 'state'], {
      stdin: '{"api_key":"canary-access-key"}',
    }),
  );
  // The first request is to be sent again, the second is refused for good.
  receiver.replies.push(
    () => ({ status: 503 }),
    () => ({ status: 413 }),
  );

  const run = await here.run('--once');
  const refused = receiver.received[0]?.records ?? [];
  const before = await here.command('quarantine', '--json');
  const doctor = await here.command('doctor', '--json');
  const again = await here.command('redrive', '--destination', 'soc', '--json');
  const after = await here.command('quarantine');

  expect([stored.code, run.code, again.code], run.stderr).toEqual([0, 0, 0]);
  expect(receiver.wrong).toEqual([]);
  expect(new Set(receiver.received.map(({ key, source, isPacked }) => `${key} ${source} ${isPacked}`))).toEqual(
    new Set([`canary-access-key arn:aws:firehose:us-east-1:000000000000:deliverystream/tidemark-soc-${SOURCE} true`]),
  );
  expect(receiver.received[0]?.attributes).toEqual({ team: 'audit' });
  // The second attempt is the same request.
  expect(receiver.received[1]).toEqual(receiver.received[0]);
  expect(refused.length).toBeGreaterThan(0);
  const looks = [
    { destination: 'soc', source: SOURCE, objects: 1, bytes: expect.any(Number), since: expect.any(String) },
  ];
  expect(JSON.parse(before.stdout).putAside).toEqual(looks);
  expect(JSON.parse(again.stdout).streams).toMatchObject([
    { objects: 1, records: refused.length, reasons: { 'HttpEndpoint.DestinationException': refused.length } },
  ]);
  expect(after.stdout).toContain('Firehose has put nothing aside.');
  const records = receiver.received.slice(2).flatMap((one) => one.records);
  const events = records.map((record) => JSON.parse(record) as EcsEvent);
  expect(records.every((record) => record.indexOf('\n') === record.length - 1)).toBe(true);
  const texts = events.filter(({ event }) => event.module !== 'tidemark').map(({ event }) => event.original ?? '');
  expect(difference(texts, here.held())).toEqual({ missing: [], extra: [] });
  expect(doctor.stdout).toContain('which is not asked');
  for (const { stdout, stderr } of [stored, run, doctor, again])
    expect(stdout + stderr).not.toContain('canary-access-key');
});
