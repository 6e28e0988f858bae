import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { OCSF_VERSIONS } from '../../functions/core/model.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { findSources } from '../../lib/plan/find-sources.ts';
import { goldenCases, goldenRows, rowEvents } from '../../tools/golden.ts';
import { ecsComplaints } from '../ecs-reader.ts';
import { readCef } from './cef/cef-reader.ts';
import { hostileText, hostileValue } from './events.ts';
import { readHec } from './hec-reader.ts';
import { ocsfLineComplaints } from './ocsf/ocsf-reader.ts';

// Hostile records take the place of those in a golden answer, key by key, and go the whole way into every format: each leaves
// as a valid event or as a valid pipeline_error, never as an exception, and never not at all.

const RUNS = 40;

const hostile = fc.oneof(
  hostileText,
  hostileValue,
  fc.constantFrom(
    'x'.repeat(1_050_000),
    '2026-01-10T09:58:31Z',
    'Login failed.',
    '9'.repeat(400),
    -1,
    1e21,
    true,
    {},
    [],
  ),
  fc.nat({ max: 2_000 }).map((depth) => JSON.parse('['.repeat(depth + 1) + ']'.repeat(depth + 1)) as unknown),
);

/** The first golden record of each stream that is an object. */
const records = (await findSources()).flatMap((source) =>
  source.streams.flatMap(({ name }) =>
    goldenCases(source)
      .filter(({ feed }) => feed.stream.name === name)
      .flatMap((golden) => goldenRows(golden).map(({ value }) => ({ name: golden.name, feed: golden.feed, value })))
      .filter(({ value }) => typeof value === 'object' && value !== null)
      .slice(0, 1),
  ),
);

test.each(records)('$name, with records that mean harm', ({ feed, value }) => {
  const fields = fc.record(Object.fromEntries(Object.keys(value as object).map((name) => [name, hostile])), {
    requiredKeys: [],
  });
  const extra = fc.dictionary(hostileText, hostileValue, { maxKeys: 3 });
  fc.assert(
    fc.property(
      fc.oneof(
        fields,
        hostile,
        fc.tuple(fields, extra).map(([one, other]) => ({ ...other, ...one })),
      ),
      (evil) => {
        const text = JSON.stringify(evil);
        const rows = [
          { value, text: JSON.stringify(value) },
          { value: JSON.parse(text), text },
        ];

        const events = rowEvents(feed, rows);

        for (const row of rows) expect(events.some(({ event }) => event.original === row.text)).toBe(true);
        for (const event of events) judge(event);
      },
    ),
    { numRuns: RUNS },
  );
});

function judge(event: EcsEvent): void {
  const write = (shape: Parameters<typeof writeEvent>[0]) => writeEvent(shape, event).text;
  const ecs = write({ format: 'ecs' });
  expect(ecsComplaints(JSON.parse(ecs) as EcsEvent)).toEqual([]);
  expect(Buffer.byteLength(ecs)).toBeLessThan(1_000_000);
  for (const cefVersion of [0, 1] as const) readCef(write({ format: 'cef', cefVersion }));
  for (const ocsfVersion of OCSF_VERSIONS)
    expect(ocsfLineComplaints(write({ format: 'ocsf', ocsfVersion }), ocsfVersion)).toEqual([]);
  expect(
    readHec(['ecs', 'cef', 'ocsf', 'raw'].map((format) => write({ format: format as 'ecs', hec: {} })).join('')),
  ).toHaveLength(4);
  for (const format of ['ecs', 'cef', 'ocsf', 'raw'] as const) expect(write({ format })).not.toMatch(/[\r\n]/);
}
