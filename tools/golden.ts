import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { feedsOf, parseConnection } from '../functions/core/config/connection.ts';
import type { EcsEvent } from '../functions/core/ecs-event.ts';
import { complete, type EventContext, pipelineError } from '../functions/core/events/complete.ts';
import { eventId, rowKey } from '../functions/core/events/identity.ts';
import {
  type Answer,
  type AnyFeed,
  type Connection,
  type Feed,
  type Identity,
  type Item,
  isSnapshotFeed,
  OCSF_VERSIONS,
  type OcsfVersion,
  type Request,
  type Row,
  type SnapshotFeed,
  type Source,
} from '../functions/core/model.ts';
import { diffItems } from '../functions/core/snapshots/snapshot-diff.ts';
import { baselineEvent, changeEvent } from '../functions/core/snapshots/snapshot-events.ts';
import { parseInstant } from '../functions/core/time.ts';
import { ENVELOPES } from '../functions/destinations/envelopes.ts';

// Golden cases: a vendor's answer in functions/sources/<source>/fixtures/<stream>/<case>.json (or .csv), and next to it the expected
// events in every format. Tests compare them, the pages about streams show them.
//
// For a snapshot stream, <case>.json is the current state and the optional <case>.before.json the state before. <case>.2.json,
// .3.json and so on answer the further requests that the first answer leads to, in that order. Without a file, the answer is an
// empty list.
//
// <case>.ocsf.json holds the events in the first version of OCSF; <case>.ocsf-<version>.json holds what differs from it in another
// version, for each event as a merge patch (RFC 7396): most of an event is the same.
//
// The optional <case>.headers.json holds the headers of an answer, such as {"link": "<...>; rel=\"next\""}.
//
// The optional fixtures/connection.json holds the `settings` of the connection, and what lookups have `found`.

const SOURCES = join(import.meta.dirname, '../functions/sources');
/** The endings of a case's expected files. */
export const EXPECTED: readonly string[] = [
  '.ecs.json',
  '.cef.txt',
  '.ocsf.json',
  ...OCSF_VERSIONS.slice(1).map(ocsfPatchEnding),
  ...ENVELOPES.map(({ name }) => `.${name}.json`),
];

/** The ending of the file with what differs in a version of OCSF from the first one. */
export function ocsfPatchEnding(version: OcsfVersion): string {
  return `.ocsf-${version}.json`;
}

/** The ending of the file with the headers of an answer. */
const HEADERS = '.headers.json';

/** Matches the ending of a snapshot case's answers. Only the first answer ends in plain `.json`. */
const FURTHER_ANSWER = /(\.before)?(\.\d+)?\.json$/;
/** Maximum number of answers in a case: a stream must not ask for ever. */
const MAX_ANSWERS = 100;

const readAt = parseInstant('2026-01-10T10:05:00Z') as number;

/** A vendor's answer, and the feed that reads it. */
export interface GoldenCase {
  readonly name: string;
  readonly feed: Feed;
  /** Path of the answer without its ending. The expected files have the same path with other endings. */
  readonly stem: string;
  readonly answer: string;
  readonly contentType: string;
  /** All headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A vendor's answers about the current state, optionally those about the state before, and the feed that compares them. */
export interface SnapshotCase {
  readonly name: string;
  readonly feed: SnapshotFeed;
  readonly stem: string;
  readonly answers: readonly Answer[];
  readonly before?: readonly Answer[];
}

/** The cases of a source's event streams, stream by stream. */
export function goldenCases(source: Source): GoldenCase[] {
  return fixturesOf(source).flatMap(({ feed, folder, stems }) => {
    if (isSnapshotFeed(feed)) return [];
    return stems.map((stem) => {
      const ending = existsSync(`${stem}.csv`) ? '.csv' : '.json';
      const { text: answer, headers } = answerAt(stem, ending);
      const contentType = headers['content-type'] ?? '';
      return { name: `${basename(folder)}/${basename(stem)}${ending}`, feed, stem, answer, contentType, headers };
    });
  });
}

/** The cases of a source's snapshot streams, stream by stream. */
export function snapshotCases(source: Source): SnapshotCase[] {
  return fixturesOf(source).flatMap(({ feed, folder, stems }) => {
    if (!isSnapshotFeed(feed)) return [];
    return stems.map((stem) => ({
      name: `${basename(folder)}/${basename(stem)}.json`,
      feed,
      stem,
      answers: answersAt(stem),
      ...(existsSync(`${stem}.before.json`) && { before: answersAt(`${stem}.before`) }),
    }));
  });
}

/** Returns expected files without an answer, and answers that belong to no case. */
export function orphans(source: Source): string[] {
  return fixturesOf(source).flatMap(({ feed, folder, stems }) => {
    const owned = new Set(stems.flatMap((stem) => [stem, ...(!isSnapshotFeed(feed) ? [] : furtherFilesOf(stem))]));
    return readdirSync(folder).filter((file) => {
      const end = [...EXPECTED, HEADERS].find((one) => file.endsWith(one));
      return !owned.has(join(folder, end ? file.slice(0, -end.length) : file.replace(/\.(json|csv)$/, '')));
    });
  });
}

/** The events of a case as the engine makes them, at a fixed time, for a connection named acme. */
export function goldenEvents(golden: GoldenCase | SnapshotCase): EcsEvent[] {
  return 'answer' in golden ? rowEvents(golden.feed, goldenRows(golden)) : snapshotEvents(golden);
}

/** The rows of a case as the stream reads them. */
export function goldenRows({ feed, answer, headers }: GoldenCase): readonly Row[] {
  const { stream, connection } = feed;
  const asked = stream.first({ from: readAt, to: readAt }, connection);
  return stream.read({ status: 200, headers, text: answer }, asked).rows;
}

/** The events of rows that were read together. */
export function rowEvents(feed: Feed, rows: readonly Row[]): EcsEvent[] {
  const counts = new Map<string, number>();
  return rows.flatMap((row) => {
    const { hash, isNumbered } = rowKey(feed.stream, row);
    const occurrence = isNumbered ? (counts.get(hash) ?? 0) : 0;
    counts.set(hash, occurrence + 1);
    return feed.stream.events(row).map((identity) => {
      const id = eventId(feed, identity, hash, occurrence);
      const { time } = identity;
      return eventOf(feed, row, identity, { feed, id, readAt, ...(time !== undefined && { time }) });
    });
  });
}

/** The changes since the state before, or the baseline if there is no such state. */
function snapshotEvents({ feed, answers, before }: SnapshotCase): EcsEvent[] {
  const items = itemsIn(feed, answers);
  const ref = { id: 'golden', number: before ? 2 : 1, at: readAt };
  if (!before) return [baselineEvent(feed, ref, items)];
  return diffItems(itemsIn(feed, before), items).map((change) => changeEvent(feed, ref, change));
}

const EMPTY_LIST: Answer = { status: 200, headers: { 'content-type': 'application/json' }, text: '[]' };

/** The items in the answers. They go through JSON, because the engine compares stored items. */
function itemsIn({ stream, connection }: SnapshotFeed, answers: readonly Answer[]): Item[] {
  const asks: Request[] = [stream.first(connection)];
  const rows: Row[] = [];
  for (let at = 0; at < Math.min(asks.length, MAX_ANSWERS); at++) {
    const page = stream.read(answers[at] ?? EMPTY_LIST, asks[at] as Request, connection);
    rows.push(...page.rows);
    asks.push(...page.asks);
  }
  if (answers.length > asks.length) throw new Error(`${stream.name}: nothing asks for answer ${asks.length + 1}`);
  return JSON.parse(JSON.stringify(rows.flatMap((row) => stream.items(row)))) as Item[];
}

/** The streams with fixtures: the folder, and the paths of its cases without their endings. */
function fixturesOf(source: Source): { feed: AnyFeed; folder: string; stems: string[] }[] {
  const fixtures = join(SOURCES, source.id, 'fixtures');
  if (!existsSync(fixtures)) return [];
  const connection = goldenConnection(source, fixtures);
  const folders = readdirSync(fixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => {
    const feed = feedsOf(source, connection).find(({ stream }) => stream.name === name);
    if (!feed) throw new Error(`fixtures/${name}: ${source.id} has no such stream`);
    const folder = join(fixtures, name);
    const answers = readdirSync(folder).filter(
      (file) => /\.(json|csv)$/.test(file) && ![...EXPECTED, HEADERS].some((end) => file.endsWith(end)),
    );
    const first = !isSnapshotFeed(feed)
      ? answers
      : answers.filter((file) => FURTHER_ANSWER.exec(file)?.[0] === '.json');
    return { feed, folder, stems: first.map((file) => join(folder, file.replace(/\.(json|csv)$/, ''))) };
  });
}

function goldenConnection(source: Source, fixtures: string) {
  const file = join(fixtures, 'connection.json');
  const given = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<Connection>) : {};
  const origin = source.origin ?? 'https://acme.example.com';
  const connection = parseConnection(source, { id: 'acme', source: source.id, origin, settings: given.settings ?? {} });
  return { ...connection, ...(given.found && { found: given.found }) };
}

/** The first answer, and the answers to the requests that follow from it. */
function answersAt(stem: string): Answer[] {
  return [stem, ...numberedFilesOf(stem)].map((file) => answerAt(file, '.json'));
}

/** Reads an answer from its file. @param stem the path without its ending */
export function answerAt(stem: string, ending: '.json' | '.csv'): Answer {
  const type = { 'content-type': ending === '.csv' ? 'text/csv' : 'application/json' };
  const file = `${stem}${HEADERS}`;
  const own: Record<string, string> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  return { status: 200, headers: { ...type, ...own }, text: readFileSync(`${stem}${ending}`, 'utf8') };
}

function furtherFilesOf(stem: string): string[] {
  const before = existsSync(`${stem}.before.json`) ? [`${stem}.before`, ...numberedFilesOf(`${stem}.before`)] : [];
  return [...numberedFilesOf(stem), ...before];
}

function numberedFilesOf(stem: string): string[] {
  const found: string[] = [];
  for (let number = 2; existsSync(`${stem}.${number}.json`); number++) found.push(`${stem}.${number}`);
  return found;
}

function eventOf({ stream, connection }: Feed, row: Row, identity: Identity, about: EventContext): EcsEvent {
  try {
    return complete(stream.map(row, identity, connection), row, about);
  } catch (thrown) {
    return pipelineError(row, about, thrown);
  }
}
