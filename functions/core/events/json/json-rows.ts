import type { Row } from '../../model.ts';
import { isObject } from '../is-object.ts';
import { type Body, readJson, unexpectedJson, withoutByteOrderMark } from './json-answer.ts';
import { beginsList, onOneLine, scanList, scanMembers } from './json-scanner.ts';

/**
 * Reads a JSON answer whose records are the list under one key of the document. Each record keeps its exact text, on
 * one line: values that JSON.parse rounds (numbers beyond 2^53) or drops (duplicate keys) are preserved as evidence.
 */
export function jsonRows(
  { headers, text: sent }: Body,
  key: string,
): { readonly rows: readonly Row[]; readonly document: Readonly<Record<string, unknown>> } {
  const body = { headers, text: withoutByteOrderMark(sent) };
  const document: unknown = readJson(body, () => JSON.parse(body.text));
  const values = isObject(document) && Object.hasOwn(document, key) ? document[key] : undefined;
  if (!isObject(document) || !Array.isArray(values)) throw unexpectedJson(body, `the JSON has no list "${key}"`);
  const texts = elementTexts(body.text, key);
  return { document, rows: values.map((value: unknown, at) => ({ value, text: texts[at] as string })) };
}

/** The texts of the list's elements. If a key occurs twice, the last value counts, as in JSON.parse. */
function elementTexts(text: string, key: string): readonly string[] {
  let texts: string[] = [];
  scanMembers(text, (name, start) => {
    if (name !== key || !beginsList(text, start)) return undefined;
    texts = [];
    return scanList(text, start, (element) => texts.push(onOneLine(element)));
  });
  return texts;
}
