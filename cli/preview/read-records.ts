import { TidemarkError } from '../../functions/core/errors.ts';
import { isObject } from '../../functions/core/events/is-object.ts';
import { onOneLine, scanList } from '../../functions/core/events/json/json-scanner.ts';
import { type AnyFeed, isSnapshotFeed, type Request, type Row } from '../../functions/core/model.ts';

const JSON_TYPE = 'application/json';
const BYTE_ORDER_MARK = '\ufeff';
const NO_RECORD = 'The answer holds no record.';
const NO_RANGE = { from: 0, to: 0 };

/** The records in a text: a whole answer of the vendor, one record of it, a list of records, or one record a line. */
export function readRecords(feed: AnyFeed, given: string): readonly Row[] {
  const text = given.startsWith(BYTE_ORDER_MARK) ? given.slice(1) : given;
  if (text.trim() === '') throw wrong('There is no record: the text is empty.');
  const problems: unknown[] = [];
  for (const read of readersFor(feed, text)) {
    try {
      const rows = read();
      if (rows.length > 0) return rows;
      // It was understood. Only a list of things may be one of several answers, of which the first names the others.
      if (!isSnapshotFeed(feed)) break;
    } catch (thrown) {
      problems.push(thrown);
    }
  }
  if (problems.length === 0) throw wrong(NO_RECORD);
  throw wrong(
    `The text is no record of ${feed.source.id}/${feed.stream.name}, and no answer with records: ${reasonOf(problems[0])}`,
  );
}

/** The ways in which a text can be read, the most likely one first. */
function readersFor(feed: AnyFeed, text: string): readonly (() => readonly Row[])[] {
  const value = jsonOf(text);
  const asAnswer = () => answerRows(feed, text, /^\s*[[{]/.test(text) ? JSON_TYPE : 'text/csv');
  if (value !== undefined) {
    const original = originalIn(value);
    if (original !== undefined) return [() => readRecords(feed, original)];
    return [asAnswer, () => answerRows(feed, `[${text}]`, JSON_TYPE), () => bareRows(text, value)];
  }
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return [
    asAnswer,
    () => answerRows(feed, `${text}\n`, 'text/csv'),
    () => lines.flatMap((line) => lineRows(feed, line)),
  ];
}

/** The rows of a text, read as an answer of the vendor. */
function answerRows(feed: AnyFeed, text: string, contentType: string): readonly Row[] {
  const answer = { status: 200, headers: { 'content-type': contentType }, text };
  if (!isSnapshotFeed(feed)) return feed.stream.read(answer, firstRequest(feed)).rows;
  return feed.stream.read(answer, firstRequest(feed), feed.connection).rows;
}

/** The request that is answered. A connection may lack what its path needs, which matters to no record. */
function firstRequest(feed: AnyFeed): Request {
  try {
    return isSnapshotFeed(feed) ? feed.stream.first(feed.connection) : feed.stream.first(NO_RANGE, feed.connection);
  } catch {
    return { url: '/' };
  }
}

/** Records without an answer around them. */
function bareRows(text: string, value: unknown): readonly Row[] {
  if (isObject(value)) return [{ value, text: onOneLine(text.trim()) }];
  if (!Array.isArray(value) || !value.every(isObject))
    throw wrong('it is JSON, but neither an object nor a list of objects');
  const texts: string[] = [];
  scanList(text, text.indexOf('['), (element) => texts.push(onOneLine(element)));
  return value.map((record, at) => ({ value: record, text: texts[at] as string }));
}

/** The record on one line of several. */
function lineRows(feed: AnyFeed, line: string): readonly Row[] {
  if (jsonOf(line) === undefined) throw wrong('a line of it is not JSON');
  return readRecords(feed, line);
}

/** The record inside of an event that Tidemark has made. */
function originalIn(value: unknown): string | undefined {
  if (!isObject(value) || !isObject(value.tidemark) || !isObject(value.event)) return undefined;
  const { original } = value.event;
  return typeof original === 'string' ? original : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function wrong(message: string): TidemarkError {
  return new TidemarkError({
    code: 'config',
    stage: 'processing',
    message,
    remedy:
      'Give one record as the vendor sends it, or a whole answer: JSON, or CSV with its header row. A record of Tidemark’s own events stands in event.original.',
  });
}
