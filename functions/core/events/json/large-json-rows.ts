import type { Row } from '../../model.ts';
import { type Body, readJson, unexpectedJson, withoutByteOrderMark } from './json-answer.ts';
import { beginsList, onOneLine, scanList, scanMembers, skipSpace, skipValue } from './json-scanner.ts';

/** The rows of a list in the text, and where the list ends. */
interface List {
  readonly rows: readonly Row[];
  readonly end: number;
}

/** A record that is kept only as a piece of its answer's text, and parsed at each access. */
class TextRow implements Row {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get value(): unknown {
    return JSON.parse(this.text);
  }
}

/** A row of a text that is JSON on one line. */
export function textRow(text: string): Row {
  return new TextRow(text);
}

/**
 * Reads a JSON answer whose records are the list under one key of the document, like `jsonRows`, but never holds more
 * than one parsed record: for answers of tens of thousands. In the returned document, that list is empty.
 */
export function largeJsonRows(
  { headers, text }: Body,
  key: string,
): { readonly rows: readonly Row[]; readonly document: Readonly<Record<string, unknown>> } {
  const body = { headers, text: withoutByteOrderMark(text) };
  const { rows, document } = readJson(body, () => {
    const { rows, envelope } = takeList(body.text, key);
    return { rows, document: JSON.parse(envelope) as unknown };
  });
  if (rows === undefined) throw unexpectedJson(body, `the JSON has no list "${key}"`);
  return { rows, document: document as Readonly<Record<string, unknown>> };
}

/** Length of a list up to which all of its records are parsed at once and kept. Each record of a longer one is parsed by itself. */
const SMALL_LIST = 2_000_000;

/** Reads a JSON answer that is nothing but the list of its records. */
export function bareJsonRows({ headers, text: sent }: Body): readonly Row[] {
  const body = { headers, text: withoutByteOrderMark(sent) };
  const rows = readJson(body, () => (body.text.length > SMALL_LIST ? rowsOfLarge(body.text) : rowsOfSmall(body.text)));
  if (rows === undefined) throw unexpectedJson(body, 'the JSON is no list');
  return rows;
}

function rowsOfSmall(text: string): readonly Row[] | undefined {
  const values: unknown = JSON.parse(text);
  if (!Array.isArray(values)) return undefined;
  const rows: Row[] = [];
  scanList(text, skipSpace(text, 0), (element) => {
    rows.push({ value: values[rows.length] as unknown, text: onOneLine(element) });
  });
  return rows;
}

function rowsOfLarge(text: string): readonly Row[] | undefined {
  const start = skipSpace(text, 0);
  const list = beginsList(text, start) ? readList(text, start) : undefined;
  // The list has been checked. What follows it is checked with a null in its place.
  JSON.parse(list ? `null${text.slice(list.end)}` : text);
  return list?.rows;
}

/** The text of each member of a JSON object, by its key. If a key occurs twice, the last value counts, as in JSON.parse. */
export function memberTexts(object: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  scanMembers(object, (key, start) => {
    const end = skipValue(object, start);
    texts.set(key, object.slice(start, end));
    return end;
  });
  return texts;
}

/**
 * Returns the rows of the list under a key at the top, each checked by JSON.parse, and the text with an empty list in its place.
 * The text is one JSON document exactly when this rest is, so the whole is never parsed at once.
 */
function takeList(text: string, key: string): { rows?: readonly Row[]; envelope: string } {
  const pieces: string[] = [];
  let kept = 0;
  let list: List | undefined;
  scanMembers(text, (name, start) => {
    if (name !== key) return undefined;
    list = beginsList(text, start) ? readList(text, start) : undefined;
    if (!list) return undefined;
    pieces.push(text.slice(kept, start), '[]');
    kept = list.end;
    return list.end;
  });
  const { rows } = list ?? {};
  return { ...(rows && { rows }), envelope: pieces.join('') + text.slice(kept) };
}

function readList(text: string, from: number): List {
  const rows: Row[] = [];
  const end = scanList(text, from, (element) => {
    JSON.parse(element);
    rows.push(textRow(onOneLine(element)));
  });
  return { rows, end };
}
