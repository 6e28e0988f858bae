import { fieldAt } from '../ecs-field.ts';
import { CEF_MAPPING, type CefField } from './mapping.ts';
import { ownKey, unusedKey } from './own-keys.ts';
import { clean, cut, escapeValue } from './text.ts';
import { asJson, asText, type CefVersion } from './values.ts';

/** The vendor's own fields are bounded, so that a line of CEF is always one that Firehose takes. */
const MOST_OWN_FIELDS = 64;
const LONGEST_OWN_VALUE = 1_023;
const DEEPEST_OWN_FIELD = 8;

/** Which keys hold less than the event does. A prefix by itself: there were more own fields than are sent. */
const CUT_KEY = 'TidemarkCut';

/** An extension while it is written. */
interface Extension {
  text: string;
  readonly cut: string[];
}

const FIELDS = CEF_MAPPING.map((field) => ({ field, paths: field.from.map((name) => name.split('.')) }));

/** The extension of an event: the fields of the table, then the module's own namespace under keys that begin with `prefix`. */
export function cefExtension(event: unknown, version: CefVersion, prefix: string): string {
  const extension: Extension = { text: '', cut: [] };
  const kind = fieldAt(event, ['event', 'kind']);
  for (const { field, paths } of FIELDS) {
    if (field.kind === undefined || field.kind === kind) putField(extension, event, version, field, paths);
  }
  const module = fieldAt(event, ['event', 'module']);
  if (typeof module === 'string') putNamespace(extension, fieldAt(event, [module]), prefix);
  if (extension.cut.length > 0) put(extension, CUT_KEY, extension.cut.join(', '), LONGEST_OWN_VALUE);
  return extension.text;
}

function putField(
  extension: Extension,
  event: unknown,
  version: CefVersion,
  { key, label, most, read, joined }: CefField,
  paths: readonly (readonly string[])[],
): void {
  const isWritten = joined
    ? put(extension, key, paths.flatMap((path) => read(fieldAt(event, path), most, version) ?? []).join('/'), most)
    : paths.some((path) => {
        const text = read(fieldAt(event, path), most, version);
        return text !== undefined && put(extension, key, text, most);
      });
  if (isWritten && label !== undefined) extension.text += ` ${key}Label=${label}`;
}

/** Adds a key, unless its value is blank: then it says nothing, and some readers stumble over it. */
function put(extension: Extension, key: string, text: string, most: number): boolean {
  const whole = clean(text);
  const value = cut(whole, most);
  if (value.trim() === '') return false;
  extension.text += `${extension.text === '' ? '' : ' '}${key}=${escapeValue(value)}`;
  if (value.length < whole.length) extension.cut.push(key);
  return true;
}

function putNamespace(extension: Extension, namespace: unknown, prefix: string): void {
  if (typeof namespace !== 'object' || namespace === null) return;
  const used = new Set<string>([CUT_KEY]);
  const isWhole = putLeaves(extension, namespace, prefix, 1, used);
  if (!isWhole) extension.cut.push(prefix);
}

/** Adds the scalars below an object, each under the name of its path; says whether there was room for all. */
function putLeaves(extension: Extension, branch: object, parent: string, depth: number, used: Set<string>): boolean {
  for (const [property, value] of Object.entries(branch)) {
    const name = ownKey(parent, property);
    if (typeof value === 'object' && value !== null && !Array.isArray(value) && depth < DEEPEST_OWN_FIELD) {
      if (!putLeaves(extension, value, name, depth + 1, used)) return false;
      continue;
    }
    const read = Array.isArray(value) ? asText : asJson;
    const text = read(value, LONGEST_OWN_VALUE, 0);
    if (text === undefined) continue;
    if (used.size > MOST_OWN_FIELDS) return false;
    const key = unusedKey(name, used);
    if (put(extension, key, text, LONGEST_OWN_VALUE)) used.add(key);
  }
  return true;
}
