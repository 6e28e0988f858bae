import { isObject } from '../../core/events/is-object.ts';
import { fieldAt } from '../ecs-field.ts';
import { FieldValues } from './field-values.ts';
import { CEF_MAPPING, type CefField } from './mapping.ts';
import { clean, cut, escapeValue, isPlain } from './text.ts';
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
  /** Joined at the end: that takes less time than to add to a text again and again. */
  readonly pieces: string[];
  /** Keys whose values were cut. */
  readonly cut: string[];
}

const VALUES = new FieldValues();

/** A field of the mapping, and the numbers of the ECS fields from which it is made. */
interface Field {
  readonly field: CefField;
  readonly from: readonly number[];
  /** The key with the field's name; empty if it has none. */
  readonly label: string;
  /** What was written last, and the value from which it was made: neighbouring events have many values in common. */
  last: { readonly value: unknown; readonly version: CefVersion; readonly piece: string };
}

const FIELDS = CEF_MAPPING.map(
  (field): Field => ({
    field,
    from: field.from.map((path) => VALUES.numberOf(path)),
    label: field.label === undefined ? '' : ` ${field.key}Label=${field.label}`,
    last: { value: undefined, version: 0, piece: '' },
  }),
);
/** Longer values are not kept. */
const MAX_KEPT = 200;

/** The extension of an event: the fields of CEF_MAPPING, then the vendor's own fields under keys that begin with `prefix`. */
export function cefExtension(event: unknown, version: CefVersion, prefix: string): string {
  const extension: Extension = { pieces: [], cut: [] };
  const values = VALUES.of(event);
  const about = fieldAt(event, 'event');
  const kind = fieldAt(about, 'kind');
  for (const field of FIELDS) {
    if (field.field.kind === undefined || field.field.kind === kind) putField(extension, field, values, version);
  }
  const module = fieldAt(about, 'module');
  if (typeof module === 'string') putNamespace(extension, fieldAt(event, module), prefix);
  if (extension.cut.length > 0) put(extension, CUT_KEY, extension.cut.join(', '), MAX_VENDOR_VALUE);
  return extension.pieces.join('').slice(1);
}

/** Adds the first value that is not blank, or all of them joined. */
function putField(extension: Extension, field: Field, values: readonly unknown[], version: CefVersion): void {
  const { key, max, read, joined } = field.field;
  let all: string | undefined;
  for (const number of field.from) {
    const value = values[number];
    if (value === undefined) continue;
    if (value === field.last.value && version === field.last.version) {
      extension.pieces.push(field.last.piece);
      return;
    }
    const text = read(value, max, version);
    if (text === undefined) continue;
    if (joined) {
      all = all === undefined ? text : `${all}/${text}`;
      continue;
    }
    const written = pieceOf(extension, key, text, max);
    if (written === undefined) continue;
    const piece = written + field.label;
    extension.pieces.push(piece);
    // What was cut has to be named in each line.
    if (typeof value === 'string' && value.length <= Math.min(max, MAX_KEPT)) field.last = { value, version, piece };
    return;
  }
  if (all !== undefined && put(extension, key, all, max) && field.label !== '') extension.pieces.push(field.label);
}

/** Adds a key and returns true, unless the value is blank. */
function put(extension: Extension, key: string, text: string, max: number): boolean {
  const piece = pieceOf(extension, key, text, max);
  if (piece === undefined) return false;
  extension.pieces.push(piece);
  return true;
}

/** A key with its value. Undefined if the value is blank, on which some readers fail. */
function pieceOf(extension: Extension, key: string, text: string, max: number): string | undefined {
  if (text.length <= max && isPlain(text)) return isBlank(text) ? undefined : ` ${key}=${text}`;
  const whole = clean(text);
  const value = cut(whole, max);
  if (isBlank(value)) return undefined;
  if (value.length < whole.length) extension.cut.push(key);
  return ` ${key}=${escapeValue(value)}`;
}

/** Most texts begin with a visible ASCII character. */
function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  return !(first > 0x20 && first < 0x7f) && text.trim() === '';
}

function putNamespace(extension: Extension, namespace: unknown, prefix: string): void {
  if (typeof namespace !== 'object' || namespace === null) return;
  const used = new Set<string>([CUT_KEY]);
  if (!putLeaves(extension, used, { branch: namespace, parent: prefix, depth: 1 })) extension.cut.push(prefix);
}

/** An object within the vendor's own fields, and the key of its path. */
interface VendorObject {
  readonly branch: object;
  readonly parent: string;
  readonly depth: number;
}

/** Adds the leaf values below an object. Objects at the maximum depth count as leaves. Returns false if there are too many. */
function putLeaves(extension: Extension, used: Set<string>, { branch, parent, depth }: VendorObject): boolean {
  for (const property of Object.keys(branch)) {
    const value = (branch as Record<string, unknown>)[property];
    const name = vendorKey(parent, property);
    if (isObject(value) && depth < MAX_VENDOR_DEPTH) {
      if (!putLeaves(extension, used, { branch: value, parent: name, depth: depth + 1 })) return false;
      continue;
    }
    const read = Array.isArray(value) ? asText : asJson;
    const text = read(value, MAX_VENDOR_VALUE, 0);
    if (text === undefined) continue;
    if (used.size > MAX_VENDOR_FIELDS) return false;
    const key = unusedKey(name, used);
    if (put(extension, key, text, MAX_VENDOR_VALUE)) used.add(key);
  }
  return true;
}
