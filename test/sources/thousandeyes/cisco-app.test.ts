import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { eventsOf, feedFor } from '../../../cli/preview/events-of.ts';
import type { EcsEvent } from '../../../functions/core/ecs-event.ts';
import { selfEvent } from '../../../functions/core/events/self-events.ts';
import type { Source } from '../../../functions/core/model.ts';
import { parseInstant } from '../../../functions/core/time.ts';
import { writeEvent } from '../../../functions/destinations/write-event.ts';
import { readHec } from '../../formats/hec-reader.ts';
import { configure, SOURCES } from '../../infra/support/draw.ts';

// The destination that docs/splunk.md shows for the vendor's own app: what the app searches for is written here once more.

const PAGE = readFileSync(new URL('../../../docs/splunk.md', import.meta.url), 'utf8');
const NOW = parseInstant('2026-01-10T10:00:00Z') as number;
const feed = feedFor(SOURCES.find(({ id }) => id === 'thousandeyes') as Source, 'audit-user-events');
const RECORD =
  '{"aid":"1402","accountGroupName":"Production","date":"2026-01-10T09:58:31Z","event":"Test created","ipAddress":"198.51.100.23","uid":"88123","user":"Ana Duarte (ana.duarte@example.com)"}';

/** What Splunk gets of an event for the destination on the page. */
function sent(event: EcsEvent | undefined) {
  const block = /```json\n(\{ "id": "cisco".*)\n```/.exec(PAGE)?.[1] ?? '';
  const [destination] = configure({ destinations: [JSON.parse(block)] }).destinations;
  return readHec(writeEvent(destination?.shape ?? expect.fail(), event ?? expect.fail()).text)[0];
}

test('a record comes to the app as the vendor wrote it, under the names that the app searches for', () => {
  const [event] = eventsOf(feed, { value: JSON.parse(RECORD), text: RECORD }, { readAt: NOW });

  expect(sent(event)).toEqual({
    time: 1768039111,
    host: 'preview',
    source: 'cisco:thousandeyes:stream',
    sourcetype: 'cisco:thousandeyes:activity',
    index: 'thousandeyes',
    fields: { event_id: expect.stringMatching(/^[0-9a-f]{32}$/), feed: 'thousandeyes/audit-user-events/preview' },
    event: JSON.parse(RECORD),
  });
});

test('self events and other vendors are under names that the app does not search for', () => {
  const [event] = eventsOf(feed, { value: JSON.parse(RECORD), text: RECORD }, { readAt: NOW });
  const other = {
    ...(event as EcsEvent),
    event: { ...(event as EcsEvent).event, module: 'memory', dataset: 'memory.log' },
  };

  expect(sent(selfEvent(feed, { act: 'feed-left', watermark: NOW }, NOW))).toMatchObject({
    sourcetype: 'cisco:tidemark:activity',
    source: 'cisco:tidemark:stream',
  });
  expect(sent(other)).toMatchObject({ sourcetype: 'cisco:memory:activity', source: 'cisco:memory:stream' });
});
