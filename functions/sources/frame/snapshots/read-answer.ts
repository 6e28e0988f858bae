import { UnreadableError } from '../../../core/errors.ts';
import { excerpt } from '../../../core/events/excerpt.ts';
import { writeJson } from '../../../core/events/write-json.ts';
import type { Answer, Row } from '../../../core/model.ts';
import { isObject, parseJson, shapeOf } from '../../../source-kit/json-values.ts';

// Half a list would look like deletions, so an answer that is not completely as expected is not read at all. Error messages name the
// shape of an answer and do not quote it, because the answer about API keys may hold credentials.

/** The rows of an answer that is a list of objects. */
export function listRows(answer: Answer): readonly Row[] {
  const value = parse(answer);
  if (!Array.isArray(value)) throw new UnreadableError(`the answer is ${shapeOf(value)}; a list was expected`);
  const odd = value.findIndex((element) => !isObject(element));
  if (odd !== -1) {
    throw new UnreadableError(`element ${odd} of the list is ${shapeOf(value[odd])}; an object was expected`);
  }
  return value.map(rowOf);
}

/** The one row of an answer that is an object with at least one of these keys. */
export function objectRow(answer: Answer, keys: readonly string[]): Row {
  return rowWithKeys(parse(answer), keys);
}

/** Like `objectRow`, but the object may also be the only element of a list. */
export function loneRow(answer: Answer, keys: readonly string[]): Row {
  const value = parse(answer);
  return rowWithKeys(Array.isArray(value) && value.length === 1 ? value[0] : value, keys);
}

/** A row made of a value. Its text is written when somebody asks for it. */
export function rowOf(value: unknown): Row {
  return {
    value,
    get text() {
      return writeJson(value);
    },
  };
}

function rowWithKeys(value: unknown, keys: readonly string[]): Row {
  if (!isObject(value)) throw new UnreadableError(`the answer is ${shapeOf(value)}; an object was expected`);
  if (!keys.some((key) => Object.hasOwn(value, key))) {
    throw new UnreadableError(`the answer is an object without any of ${keys.join(', ')}`);
  }
  return rowOf(value);
}

function parse({ headers, text }: Answer): unknown {
  // trim() also removes a byte order mark.
  const body = text.trim();
  const value = parseJson(body);
  if (value === undefined) {
    const type = (headers['content-type'] || 'no content type').slice(0, 100);
    const what = body === '' ? 'the answer is empty' : 'the answer is not JSON, or only a part of it';
    const page = body.startsWith('<') ? excerpt(body) : '';
    throw new UnreadableError(`${what} (${type}, ${text.length} characters)${page}`, /^[[{]/.test(body));
  }
  return value;
}
