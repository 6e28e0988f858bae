import { isObject } from '../../core/events/is-object.ts';
import { fieldAt } from '../ecs-field.ts';
import { CEF_MAPPING } from './mapping.ts';
import { clean, cut, escapeValue } from './text.ts';
import { asJson, asText, type CefVersion } from './values.ts';
import { unusedKey, vendorKey } from './vendor-keys.ts';

/** The limits of the vendor's own fields keep each line of CEF small enough for Firehose. */
const MAX_VENDOR_FIELDS = 64;
const MAX_VENDOR_VALUE = 1_023;
const MAX_VENDOR_DEPTH = 8;

/** The key that names the keys whose values were cut. The vendor's prefix alone in it means that fields were left out. */
const CUT_KEY = 'TidemarkCut';

/** An extension while it is written. */
interface Extension {
  text: string;
  /** Keys whose values were cut. */
  readonly cut: string[];
}

const FIELDS = CEF_MAPPING.map((field) => ({ field, paths: field.from.map((name) => name.split('.')) }));

/** The extension of an event: the fields of CEF_MAPPING, then the vendor's own fields under keys that begin with `prefix`. */
export function cefExtension(event: unknown, version: CefVersion, prefix: string): string {
  const extension: Extension = { text: '', cut: [] };
  const kind = fieldAt(event, ['event', 'kind']);
  for (const { field, paths } of FIELDS) {
    if (field.kind === undefined || field.kind === kind) putField(extension, { field, paths }, event, version);
  }
  const module = fieldAt(event, ['event', 'module']);
  if (typeof module === 'string') putNamespace(extension, fieldAt(event, [module]), prefix);
  if (extension.cut.length > 0) put(extension, CUT_KEY, extension.cut.join(', '), MAX_VENDOR_VALUE);
  return extension.text;
}

function putField(
  extension: Extension,
  { field, paths }: (typeof FIELDS)[number],
  event: unknown,
  version: CefVersion,
): void {
  const { key, label, max, read, joined } = field;
  const isWritten = joined
    ? put(extension, key, paths.flatMap((path) => read(fieldAt(event, path), max, version) ?? []).join('/'), max)
    : paths.some((path) => {
        const text = read(fieldAt(event, path), max, version);
        return text !== undefined && put(extension, key, text, max);
      });
  if (isWritten && label !== undefined) extension.text += ` ${key}Label=${label}`;
}

/** Adds a key and returns true, unless the value is blank, on which some readers fail. */
function put(extension: Extension, key: string, text: string, max: number): boolean {
  const whole = clean(text);
  const value = cut(whole, max);
  if (value.trim() === '') return false;
  extension.text += `${extension.text === '' ? '' : ' '}${key}=${escapeValue(value)}`;
  if (value.length < whole.length) extension.cut.push(key);
  return true;
}

function putNamespace(extension: Extension, namespace: unknown, prefix: string): void {
  if (typeof namespace !== 'object' || namespace === null) return;
  const used = new Set<string>([CUT_KEY]);
  for (const [name, value] of leavesOf(namespace, prefix, 1)) {
    const read = Array.isArray(value) ? asText : asJson;
    const text = read(value, MAX_VENDOR_VALUE, 0);
    if (text === undefined) continue;
    if (used.size > MAX_VENDOR_FIELDS) {
      extension.cut.push(prefix);
      return;
    }
    const key = unusedKey(name, used);
    if (put(extension, key, text, MAX_VENDOR_VALUE)) used.add(key);
  }
}

/** The leaf values below an object, each with the name of its path. Objects beyond the maximum depth count as leaves. */
function* leavesOf(branch: object, parent: string, depth: number): Generator<readonly [name: string, value: unknown]> {
  for (const [property, value] of Object.entries(branch)) {
    const name = vendorKey(parent, property);
    if (isObject(value) && depth < MAX_VENDOR_DEPTH) yield* leavesOf(value, name, depth + 1);
    else yield [name, value];
  }
}
