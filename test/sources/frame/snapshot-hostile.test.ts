import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feedsOf, parseConnection } from '../../../functions/core/config/connection.ts';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import {
  type Item,
  isSnapshot,
  OCSF_VERSIONS,
  type SnapshotFeed,
  type SnapshotStream,
} from '../../../functions/core/model.ts';
import { diffItems } from '../../../functions/core/snapshots/snapshot-diff.ts';
import { baselineEvent, changeEvent } from '../../../functions/core/snapshots/snapshot-events.ts';
import { writeEvent } from '../../../functions/destinations/write-event.ts';
import { snapshots } from '../../../functions/sources/frame/snapshots/snapshots.ts';
import { source } from '../../../functions/sources/frame/source.ts';
import { ecsComplaints } from '../../ecs-reader.ts';
import { readCef } from '../../formats/cef/cef-reader.ts';
import { hostileText, hostileValue } from '../../formats/events.ts';
import { readHec } from '../../formats/hec-reader.ts';
import { ocsfLineComplaints } from '../../formats/ocsf/ocsf-reader.ts';

// Hostile values take the place of what a thing holds, before and after, and go the whole way into every format: what has
// become of each thing leaves as a valid event.

const connection = parseConnection(source, { id: 'acme', source: 'frame', settings: { customerId: 'c1' } });
const ref = { id: 'r', number: 2, at: 1_768_039_500_000_000 };

const hostile = fc.oneof(
  hostileText,
  hostileValue,
  fc.constantFrom('x'.repeat(5_000), '9'.repeat(400), -1, 1e21, Number.POSITIVE_INFINITY, true, {}, [], ['a', 'a']),
  fc.nat({ max: 90 }).map((depth) => JSON.parse('['.repeat(depth + 1) + ']'.repeat(depth + 1)) as unknown),
  fc.array(fc.record({ id: hostileText, name: hostileText, role: hostileValue }), { maxLength: 3 }),
);

/** What the things of a stream hold, as far as anything is made of it. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'api-authorization-rules': ['id', 'api_authorization_id', 'name', 'roles', 'credentials'],
  settings: ['frame_support_admin_access', 'authorized_nutanix_personnel', 'max_concurrency'],
  accounts: ['id', 'name', 'active'],
  'cloud-services': ['id', 'external_id', 'display_name', 'properties'],
  'master-images': ['id', 'cloud_service_id', 'description', 'instance_types'],
  elasticity: ['max_servers', 'min_servers'],
  customer: ['id', 'name', 'extra_features'],
};

test.each(snapshots.map((stream) => [stream.name, stream] as const))('%s', (name, stream) => {
  const feed = feedOf(stream);
  const known = fc.record(Object.fromEntries((FIELDS[name] ?? []).map((field) => [field, hostile])), {
    requiredKeys: [],
  });
  const extra = fc.dictionary(hostileText, hostileValue, { maxKeys: 3 });
  const record = fc.tuple(extra, known).map(([one, other]) => ({ ...one, ...other }));
  fc.assert(
    fc.property(record, record, fc.boolean(), (one, other, isSame) => {
      const [before, after] = [itemsOf(stream, one), itemsOf(stream, isSame ? { ...other, id: one.id } : other)];

      const events = diffItems(before, after).map((change) => changeEvent(feed, ref, change));

      for (const event of [...events, baselineEvent(feed, ref, after)]) {
        expect(event.event.kind).not.toBe('pipeline_error');
        judge(event);
      }
      // What is stored is what was read: else it would differ from itself for ever.
      expect(diffItems(after, JSON.parse(JSON.stringify(after)) as Item[])).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

function feedOf(stream: SnapshotStream): SnapshotFeed {
  const feed = feedsOf(source, connection).find((one) => one.stream === stream);
  if (!feed || !isSnapshot(feed.stream)) throw new Error(`no feed for ${stream.name}`);
  return feed as SnapshotFeed;
}

function itemsOf(stream: SnapshotStream, value: unknown): readonly Item[] {
  return stream.items({ value, text: '' });
}

function judge(event: EcsEvent): void {
  const write = (shape: Parameters<typeof writeEvent>[0]) => writeEvent(shape, event).text;
  const ecs = write({ format: 'ecs' });
  expect(ecsComplaints(JSON.parse(ecs) as EcsEvent)).toEqual([]);
  for (const cefVersion of [0, 1] as const) readCef(write({ format: 'cef', cefVersion }));
  for (const ocsfVersion of OCSF_VERSIONS)
    expect(ocsfLineComplaints(write({ format: 'ocsf', ocsfVersion }), ocsfVersion)).toEqual([]);
  const formats = ['ecs', 'cef', 'ocsf', 'raw'] as const;
  expect(readHec(formats.map((format) => write({ format, hec: {} })).join(''))).toHaveLength(4);
  for (const format of formats) expect(write({ format })).not.toMatch(/[\r\n]/);
}
