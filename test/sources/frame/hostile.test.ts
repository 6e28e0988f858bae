import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { OCSF_VERSIONS } from '../../../functions/core/model.ts';
import { writeEvent } from '../../../functions/destinations/write-event.ts';
import { source } from '../../../functions/sources/frame/source.ts';
import { type GoldenCase, goldenCases, goldenEvents } from '../../../tools/golden.ts';
import { ecsComplaints } from '../../ecs-reader.ts';
import { readCef } from '../../formats/cef/cef-reader.ts';
import { hostileText, hostileValue } from '../../formats/events.ts';
import { ocsfLineComplaints } from '../../formats/ocsf/ocsf-reader.ts';

// Records of the documented samples with hostile values in them go the whole way into every format.

type Record = Readonly<{ [name: string]: unknown }>;

const hostile = fc.oneof(
  hostileText,
  hostileValue,
  fc.constantFrom('x'.repeat(20_000), '2026-01-10T09:58:31.000001Z', 'createUser', '9'.repeat(400), -1, 1e21, true, {}),
);

/** How each stream's records stand in an answer, and which of its own has the sample. */
const STREAMS: readonly (readonly [string, (records: unknown[]) => unknown, (sample: never) => Record])[] = [
  ['audit-trails', (records) => records, ([record]: [Record]) => record],
  ['session-trails', (records) => records, ([record]: [Record]) => record],
  ['user-activities', (records) => ({ data: records }), ({ data: [record] }: { data: [Record] }) => record],
  ...(['usage', 'disk-volume-usage'] as const).map(
    (name) =>
      [
        name,
        (records: unknown[]) => ({ data: records.map((record) => ({ account: record, usage: [record] })) }),
        ({ data: [{ usage }] }: { data: [{ usage: [Record] }] }) => usage[0],
      ] as const,
  ),
];

test.each(STREAMS)('%s with records that mean harm', (name, answerOf, recordOf) => {
  const golden = goldenCases(source).find((one) => one.name === `${name}/documented-sample.json`) as GoldenCase;
  const sample = recordOf(JSON.parse(golden.answer) as never);
  const fields = fc.record(Object.fromEntries(Object.keys(sample).map((key) => [key, hostile])), { requiredKeys: [] });
  const extra = fc.dictionary(hostileText, hostileValue, { maxKeys: 3 });
  const record = fc.oneof(
    fields,
    hostile,
    fc.tuple(fields, extra).map(([one, other]) => ({ ...sample, ...other, ...one })),
  );
  fc.assert(
    fc.property(record, (evil) => {
      const events = goldenEvents({ ...golden, answer: JSON.stringify(answerOf([sample, evil])) });

      expect(events.length).toBeGreaterThanOrEqual(2);
      for (const event of events) expectValid(event);
    }),
    { numRuns: 60 },
  );
});

function expectValid(event: EcsEvent): void {
  const write = (shape: Parameters<typeof writeEvent>[0]) => writeEvent(shape, event).text;
  expect(ecsComplaints(JSON.parse(write({ format: 'ecs' })) as EcsEvent)).toEqual([]);
  for (const cefVersion of [0, 1] as const) readCef(write({ format: 'cef', cefVersion }));
  for (const ocsfVersion of OCSF_VERSIONS)
    expect(ocsfLineComplaints(write({ format: 'ocsf', ocsfVersion }), ocsfVersion)).toEqual([]);
  for (const format of ['ecs', 'cef', 'ocsf', 'raw'] as const) expect(write({ format })).not.toMatch(/[\r\n]/);
}
