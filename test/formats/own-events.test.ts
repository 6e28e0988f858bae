import { describe, expect, test } from 'vitest';
import type { EcsEvent } from '../../functions/core/ecs-event.ts';
import { type SelfEvent, selfEvent } from '../../functions/core/events/self-events.ts';
import { type AnyFeed, type FormatId, OCSF_VERSIONS } from '../../functions/core/model.ts';
import { HOUR, type Instant, parseInstant } from '../../functions/core/time.ts';
import { writeEvent } from '../../functions/destinations/write-event.ts';
import { ecsComplaints } from '../ecs-reader.ts';
import { createWorld } from '../memory/world.ts';
import { readCef } from './cef/cef-reader.ts';
import { readHec } from './hec-reader.ts';
import { ocsfLineComplaints } from './ocsf/ocsf-reader.ts';

// Each act of Tidemark's own as the SIEM gets it. The expected files stand in fixtures/.

const NOW = parseInstant('2026-03-02T12:00:00Z') as Instant;
const FEED = createWorld().feeds[0] as AnyFeed;
const range = { from: NOW - 2 * HOUR, to: NOW - HOUR };
const event = '0123456789abcdef0123456789abcdef';

const ACTS: Readonly<Record<SelfEvent['act'], SelfEvent>> = {
  gap: { act: 'gap', range },
  unreadable: { act: 'unreadable', range, body: '{"rows":[{"na\n', message: 'The answer breaks off.' },
  quarantine: { act: 'quarantine', event, reason: 'oversized' },
  skip: { act: 'skip', range, at: NOW },
  rewind: { act: 'rewind', range, at: NOW },
  'watermark-reset': { act: 'watermark-reset', range },
  'permission-lost': { act: 'permission-lost', since: NOW, message: 'The vendor answered 403: “no” = |never|' },
  'scope-changed': { act: 'scope-changed', range, message: 'What this feed reads has changed.' },
  backfill: { act: 'backfill', id: 'b-1', state: 'started', range, resend: false },
  repair: { act: 'repair', range, events: 3, at: NOW },
  'feed-left': { act: 'feed-left', watermark: NOW - HOUR },
  'feed-silent': { act: 'feed-silent', range, usual: 14 * HOUR },
  redrive: { act: 'redrive', event, at: NOW },
  'destination-removed': { act: 'destination-removed', destination: 'lake', since: NOW },
  'destination-returned': { act: 'destination-returned', destination: 'lake', range },
  'stream-replaced': { act: 'stream-replaced', destination: 'lake', range, lost: range, createdAt: NOW },
  'owed-delivered': { act: 'owed-delivered', destination: 'lake', range },
  'owed-lost': { act: 'owed-lost', destination: 'lake', range },
};

function line(format: FormatId, own: EcsEvent): string {
  return writeEvent({ format }, own).text;
}

describe.each(Object.entries(ACTS))('%s', (act, given) => {
  const own = selfEvent(FEED, given, NOW);

  test('says that it is ours, and has one id whenever it is told', () => {
    expect(own).toMatchObject({ event: { module: 'tidemark', dataset: `tidemark.${act}`, action: act } });
    expect(selfEvent(FEED, given, NOW + HOUR).event.id).toBe(own.event.id);
    expect(own.event.id).toMatch(/^[0-9a-f]{32}$/);
  });

  test('can be read in every format', () => {
    expect(ecsComplaints(own)).toEqual([]);
    for (const ocsfVersion of OCSF_VERSIONS) {
      const { text } = writeEvent({ format: 'ocsf', ocsfVersion }, own);
      expect(ocsfLineComplaints(text, ocsfVersion)).toEqual([]);
    }
    expect(readCef(line('cef', own))).toMatchObject({ vendor: 'Tidemark', product: 'Tidemark' });
    for (const format of ['ecs', 'cef', 'ocsf', 'raw'] as const) {
      expect(readHec(writeEvent({ format, hec: { index: 'audit' } }, own).text)).toHaveLength(1);
    }
  });
});

test('are as expected', async () => {
  const all = Object.values(ACTS).map((act) => selfEvent(FEED, act, NOW));
  const pretty = (format: FormatId) =>
    `${JSON.stringify(
      all.map((own) => JSON.parse(line(format, own))),
      null,
      2,
    )}\n`;

  await expect(pretty('ecs')).toMatchFileSnapshot('fixtures/own-events.ecs.json');
  await expect(pretty('ocsf')).toMatchFileSnapshot('fixtures/own-events.ocsf.json');
  await expect(all.map((own) => `${line('cef', own)}\n`).join('')).toMatchFileSnapshot('fixtures/own-events.cef.txt');
  expect(new Set(all.map(({ event: { id } }) => id)).size).toBe(all.length);
});
