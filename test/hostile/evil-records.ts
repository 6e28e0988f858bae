import { parse } from 'csv-parse/sync';
import { OneRecord } from '../../functions/core/events/one-record.ts';
import type { Answer, Feed, Row, Source } from '../../functions/core/model.ts';
import { DAY, floorTo, type Instant } from '../../functions/core/time.ts';
import { type GoldenCase, goldenCases } from '../../tools/golden.ts';

// Records of the golden cases in which one value is evil: each documented key of each record in turn, and the whole record.

/** The text of a JSON value that stands in the place of an honest one: the how manieth of its log it is. */
export type Evil = (at: number) => string;

/** A record of a vendor as it stands in an answer, and what the stream makes of it. */
export interface VendorRecord {
  readonly text: string;
  readonly row: Row;
  readonly time: Instant | undefined;
}

/** The records of a stream, honest and evil, and the answer that holds some of them. */
export interface EvilLog {
  readonly feed: Feed;
  /** The day on which most of the golden records happened, and all of these. */
  readonly day: Instant;
  readonly honest: readonly VendorRecord[];
  readonly evil: readonly VendorRecord[];
  answer(records: readonly VendorRecord[]): Answer;
}

type Fields = Record<string, unknown>;

/** Cases about keys and values that no vendor documents. */
const UNUSUAL = /hostile|wrong|odd|broken|doubled|numbers/;
const PLACE = '@evil@';

/** One log for each form of each event stream of a source: JSON, CSV. */
export function evilLogs(source: Source, evil: Evil): (EvilLog & { readonly name: string })[] {
  const usual = goldenCases(source).filter(({ name }) => !UNUSUAL.test(name));
  const byForm = Map.groupBy(usual, ({ feed, contentType }) => `${feed.name} as ${contentType}`);
  return [...byForm].map(([name, cases]) => ({ name, ...formOf(cases, evil) }));
}

/** JSON in which the value under one path of keys is another. */
export function withEvil(value: unknown, path: readonly string[], evil: string): string {
  return JSON.stringify(put(value, path, PLACE)).replace(JSON.stringify(PLACE), () => evil);
}

/** The paths of all keys in a value, those in the first element of a list included; the empty one is the value itself. */
export function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => pathsIn(inner).map((path) => [key, ...path]))];
}

function formOf(cases: readonly GoldenCase[], evil: Evil): EvilLog {
  const [{ contentType }] = cases as [GoldenCase];
  return contentType === 'text/csv' ? logOf(cases, csvForm(cases), evil) : logOf(cases, jsonForm(cases), evil);
}

function logOf<T>(cases: readonly GoldenCase[], form: Form<T>, evil: Evil): EvilLog {
  const [{ feed, contentType }] = cases as [GoldenCase];
  const answer = (texts: readonly string[]) => ({
    status: 200,
    headers: { 'content-type': contentType },
    text: form.write(texts),
  });
  const recordOf = (text: string): VendorRecord[] => {
    const { rows } = feed.stream.read(answer([text]), feed.stream.first({ from: 0, to: 1_000_000 }, feed.connection));
    return rows.map((row) => {
      const [first] = new OneRecord(row).ask((shown) => feed.stream.events(shown)) ?? [];
      return { text, row, time: first?.time };
    });
  };
  const dayIn = (record: T) => recordOf(form.honest(record)).map(({ time }) => time && floorTo(time, DAY))[0];
  const days = Map.groupBy(form.records.filter(dayIn), dayIn);
  const [day, records] = [...days].sort(([, one], [, other]) => other.length - one.length)[0] as [Instant, T[]];
  const seen = new Set<string>();
  const fresh = records.flatMap((record) => form.paths(record).map((path) => ({ record, path })));
  const chosen = fresh.filter(({ path }) => !seen.has(path.join('/')) && seen.add(path.join('/')));
  return {
    feed,
    day,
    honest: records.slice(0, 3).flatMap((record) => recordOf(form.honest(record))),
    evil: chosen.flatMap(({ record, path }, at) => recordOf(form.evil(record, path, evil(at), at))),
    answer: (records) => answer([...new Set(records.map(({ text }) => text))]),
  };
}

interface Form<T> {
  readonly records: readonly T[];
  paths(record: T): string[][];
  honest(record: T): string;
  evil(record: T, path: readonly string[], evil: string, number: number): string;
  write(texts: readonly string[]): string;
}

/** The first list of the document holds the records; what else the document says is left out. */
function jsonForm(cases: readonly GoldenCase[]): Form<Fields> {
  const documents = cases.map(({ answer }) => JSON.parse(answer) as unknown);
  const key = documents.flatMap((one) => (Array.isArray(one) ? [] : recordKeysOf(one as Fields)))[0];
  const listOf = (one: unknown) => (key === undefined ? one : (one as Fields)[key]) ?? [];
  return {
    records: documents.flatMap(listOf).filter(isObject).map(thinned) as Fields[],
    paths: pathsIn,
    honest: (record) => JSON.stringify(record),
    evil: (record, path, evil, number) => withEvil(numbered(record, number), path, evil),
    write: (texts) => (key === undefined ? `[${texts.join()}]` : `{${JSON.stringify(key)}:[${texts.join()}]}`),
  };
}

function csvForm(cases: readonly GoldenCase[]): Form<string[]> {
  const tables = cases.map(
    ({ answer }) => parse(answer, { bom: true, relaxColumnCount: true, relaxQuotes: true }) as string[][],
  );
  const [header = []] = tables[0] ?? [];
  const usual = tables.filter(([names]) => String(names) === String(header));
  const line = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join();
  return {
    records: usual.flatMap((table) => table.slice(1)).filter((cells) => cells.length === header.length),
    // A cell may hold JSON, with keys of its own.
    paths: (cells) => cells.flatMap((cell, at) => pathsIn(jsonIn(cell)).map((path) => [header[at] as string, ...path])),
    honest: line,
    evil: (cells, [column = '', ...path], evil) =>
      line(cells.map((cell, at) => (header[at] === column ? withEvil(jsonIn(cell), path, evil) : cell))),
    write: (texts) => [line(header), ...texts, ''].join('\r\n'),
  };
}

/** Where the records may stand: under the first key with a list in it, or with one record alone. */
function recordKeysOf(document: Fields): string[] {
  const keys = Object.keys(document);
  const lists = keys.filter((key) => Array.isArray(document[key]) && document[key].length > 0);
  return [...lists, ...keys.filter((key) => isObject(document[key]))];
}

function jsonIn(cell: string): unknown {
  try {
    return thinned(JSON.parse(cell));
  } catch {
    return cell;
  }
}

/** Lists with their first element only: each is as good as the other. */
function thinned(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(thinned);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, thinned(inner)]));
}

/** With ids of its own: two records of one id are one. */
function numbered(record: Fields, number: number): Fields {
  const own = ([key, value]: [string, unknown]) => [
    key,
    /id$/i.test(key) && typeof value === 'string' ? `${value}-${number}` : value,
  ];
  return Object.fromEntries(Object.entries(record).map(own)) as Fields;
}

function put(value: unknown, [key, ...path]: readonly string[], placed: unknown): unknown {
  if (key === undefined) return placed;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Fields) }) as Fields;
  copy[key] = put(copy[key], path, placed);
  return copy;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
