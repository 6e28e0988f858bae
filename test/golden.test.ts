import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { type Circumstances, complete, pipelineError } from '../functions/core/complete.ts';
import { eventId, recordHash } from '../functions/core/identity.ts';
import type { Connection, EcsEvent, Feed, Identity, Row, Source, Stream } from '../functions/core/model.ts';
import { parseInstant } from '../functions/core/time.ts';
import { ecsLine } from '../functions/formats/ecs.ts';
import { ecsComplaints } from './ecs-reader.ts';

// Every answer in a source's fixtures/<stream>/<case>.json goes an event's way, up to what a destination gets, and is
// compared with <case>.ecs.json beside it. `vitest -u` writes those files; a person reads the difference.

const SOURCES = join(import.meta.dirname, '../functions/sources');
const EXPECTED = '.ecs.json';

const readAt = parseInstant('2026-01-10T10:05:00Z') as number;

describe.each(sourcesWithFixtures())('%s', async (vendor) => {
  const { source } = (await import(join(SOURCES, vendor, 'source.ts'))) as { source: Source };
  const fixtures = join(SOURCES, vendor, 'fixtures');

  describe.each(readdirSync(fixtures))('%s', (name) => {
    const files = readdirSync(join(fixtures, name));
    const cases = files.filter((file) => file.endsWith('.json') && !file.endsWith(EXPECTED));

    test.each(cases)('%s becomes the expected events', async (file) => {
      const answer = readFileSync(join(fixtures, name, file), 'utf8');

      const events = eventsOf(feedOf(source, name), answer);

      expect(events.map(ecsComplaints)).toEqual(events.map(() => []));
      const text = `${JSON.stringify(events, null, 2)}\n`;
      await expect(text).toMatchFileSnapshot(join(fixtures, name, file.replace(/\.json$/, EXPECTED)));
    });

    test('no expected file has lost its answer', () => {
      const answers = new Set(cases.map((file) => file.replace(/\.json$/, EXPECTED)));

      expect(files.filter((file) => file.endsWith(EXPECTED) && !answers.has(file))).toEqual([]);
    });
  });
});

function sourcesWithFixtures(): string[] {
  return readdirSync(SOURCES).filter((vendor) => existsSync(join(SOURCES, vendor, 'fixtures')));
}

function feedOf(source: Source, streamName: string): Feed {
  const stream = source.streams.find((one) => one.name === streamName);
  if (!stream) throw new Error(`fixtures for ${streamName}, which is no stream of ${source.id}`);
  const connection: Connection = {
    id: 'acme',
    source: source.id,
    origin: source.origin ?? 'https://acme.example.com',
    secret: 'tidemark/acme',
    settings: z.parse(source.settings, {}),
  };
  return {
    name: `${source.id}/${stream.name}/acme`,
    source,
    stream,
    connection,
    settle: stream.settle,
    overlap: stream.overlap,
  };
}

/** The events of an answer as a destination gets them. */
function eventsOf(feed: Feed, text: string): EcsEvent[] {
  const { stream, connection } = feed;
  const answer = { status: 200, headers: { 'content-type': 'application/json' }, text };
  const asked = stream.first({ from: readAt, to: readAt }, connection);
  const counts = new Map<string, number>();
  return stream.read(answer, asked).rows.flatMap((row) => {
    const hash = recordHash(row);
    const occurrence = counts.get(hash) ?? 0;
    counts.set(hash, occurrence + 1);
    return eventsOfRow(stream, row).map((identity) => {
      const { time } = identity;
      const about = {
        feed,
        id: eventId(feed, identity, hash, occurrence),
        readAt,
        ...(time !== undefined && { time }),
      };
      return JSON.parse(ecsLine(eventOf(stream, row, identity, about))) as EcsEvent;
    });
  });
}

function eventsOfRow(stream: Stream, row: Row): readonly Identity[] {
  const identities = stream.events(row);
  expect(identities).not.toEqual([]);
  return identities;
}

function eventOf(stream: Stream, row: Row, identity: Identity, about: Circumstances): EcsEvent {
  let fields: ReturnType<Stream['map']>;
  try {
    fields = stream.map(row, identity, about.feed.connection);
  } catch (thrown) {
    return pipelineError(row, about, thrown);
  }
  return complete(fields, row, about);
}
