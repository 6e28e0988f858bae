import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Circumstances, complete, pipelineError } from '../functions/core/complete.ts';
import { feedsOf, parseConnection } from '../functions/core/config.ts';
import { eventId, recordHash } from '../functions/core/identity.ts';
import type { EcsEvent, Feed, Identity, Row, Source } from '../functions/core/model.ts';
import { parseInstant } from '../functions/core/time.ts';

// Golden cases: a vendor's answers in functions/sources/<source>/fixtures/<stream>/<case>.json (or .csv), and beside each what becomes
// of it in every format. Tests compare them, the pages about streams show them.

const SOURCES = join(import.meta.dirname, '../functions/sources');
/** What a case's files end in besides the answer itself. */
export const EXPECTED = ['.ecs.json', '.cef.txt', '.ocsf.json', '.hec.json'] as const;

const readAt = parseInstant('2026-01-10T10:05:00Z') as number;

/** A vendor's answer, and the feed that reads it. */
export interface GoldenCase {
  readonly name: string;
  readonly feed: Feed;
  /** The answer's file without its ending: what is expected lies beside it. */
  readonly stem: string;
  readonly answer: string;
  readonly contentType: string;
}

/** The cases of a source, stream by stream. */
export function goldenCases(source: Source): GoldenCase[] {
  const fixtures = join(SOURCES, source.id, 'fixtures');
  if (!existsSync(fixtures)) return [];
  return readdirSync(fixtures).flatMap((stream) => {
    const feed = goldenFeed(source, stream);
    return answersIn(join(fixtures, stream)).map((file) => ({
      name: `${stream}/${file}`,
      feed,
      stem: join(fixtures, stream, file.replace(/\.(json|csv)$/, '')),
      answer: readFileSync(join(fixtures, stream, file), 'utf8'),
      contentType: file.endsWith('.csv') ? 'text/csv' : 'application/json',
    }));
  });
}

/** Expected files whose answer is gone. */
export function orphans(source: Source): string[] {
  const fixtures = join(SOURCES, source.id, 'fixtures');
  if (!existsSync(fixtures)) return [];
  return readdirSync(fixtures).flatMap((stream) => {
    const stems = new Set(answersIn(join(fixtures, stream)).map((file) => file.replace(/\.(json|csv)$/, '')));
    const files = readdirSync(join(fixtures, stream));
    return files.filter((file) => EXPECTED.some((end) => file.endsWith(end) && !stems.has(file.slice(0, -end.length))));
  });
}

/** The events of a case, as the engine makes them: at a fixed time, for a connection called acme. */
export function goldenEvents({ feed, answer, contentType }: GoldenCase): EcsEvent[] {
  const { stream, connection } = feed;
  const asked = stream.first({ from: readAt, to: readAt }, connection);
  const page = stream.read({ status: 200, headers: { 'content-type': contentType }, text: answer }, asked);
  const counts = new Map<string, number>();
  return page.rows.flatMap((row) => {
    const hash = recordHash(row);
    const occurrence = counts.get(hash) ?? 0;
    counts.set(hash, occurrence + 1);
    return stream.events(row).map((identity) => {
      const id = eventId(feed, identity, hash, occurrence);
      const { time } = identity;
      return eventOf(row, identity, { feed, id, readAt, ...(time !== undefined && { time }) });
    });
  });
}

function goldenFeed(source: Source, stream: string): Feed {
  const origin = source.origin ?? 'https://acme.example.com';
  const connection = parseConnection(source, { id: 'acme', source: source.id, origin });
  const feed = feedsOf(source, connection).find((one) => one.stream.name === stream);
  if (!feed) throw new Error(`fixtures for ${stream}, which is no stream of ${source.id}`);
  return feed;
}

function answersIn(folder: string): string[] {
  return readdirSync(folder).filter(
    (file) => /\.(json|csv)$/.test(file) && !EXPECTED.some((end) => file.endsWith(end)),
  );
}

function eventOf(row: Row, identity: Identity, about: Circumstances): EcsEvent {
  const { stream, connection } = about.feed;
  try {
    return complete(stream.map(row, identity, connection), row, about);
  } catch (thrown) {
    return pipelineError(row, about, thrown);
  }
}
