import { isObject } from '../../core/events/is-object.ts';
import { fieldAt } from '../ecs-field.ts';
import { CEF_MAPPING } from './mapping.ts';
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
  text: string;
  /** Keys whose values were cut. */
  readonly cut: string[];
}

/** An ECS field: the number of the object that holds it, and its key there. */
interface Place {
  readonly object: number;
  readonly key: string;
}

/** The objects that hold fields, by their paths, each after the object that holds it. The first is the event. */
const OBJECTS: string[] = [''];
const HOLDERS: (Place | undefined)[] = [undefined];

const FIELDS = CEF_MAPPING.map((field) => ({ field, places: field.from.map(placeOf) }));

function placeOf(path: string): Place {
  const end = path.lastIndexOf('.');
  const holder = path.slice(0, Math.max(0, end));
  if (!OBJECTS.includes(holder)) {
    const place = placeOf(holder);
    OBJECTS.push(holder);
    HOLDERS.push(place);
  }
  return { object: OBJECTS.indexOf(holder), key: path.slice(end + 1) };
}

/** The objects of an event, each looked up once for all of its fields. Undefined for those that it does not have. */
function objectsIn(event: unknown): unknown[] {
  const objects: unknown[] = [];
  for (const holder of HOLDERS) objects.push(holder ? valueAt(objects, holder) : event);
  return objects;
}

function valueAt(objects: readonly unknown[], { object, key }: Place): unknown {
  const holder = objects[object];
  return holder === undefined ? undefined : fieldAt(holder, key);
}

/** The extension of an event: the fields of CEF_MAPPING, then the vendor's own fields under keys that begin with `prefix`. */
export function cefExtension(event: unknown, version: CefVersion, prefix: string): string {
  const extension: Extension = { text: '', cut: [] };
  const objects = objectsIn(event);
  const about = fieldAt(event, 'event');
  const kind = fieldAt(about, 'kind');
  for (const field of FIELDS) {
    if (field.field.kind === undefined || field.field.kind === kind) putField(extension, field, objects, version);
  }
  const module = fieldAt(about, 'module');
  if (typeof module === 'string') putNamespace(extension, fieldAt(event, module), prefix);
  if (extension.cut.length > 0) put(extension, CUT_KEY, extension.cut.join(', '), MAX_VENDOR_VALUE);
  return extension.text;
}

/** A field of the mapping, and the places of its values. */
type Field = (typeof FIELDS)[number];

function putField(extension: Extension, field: Field, objects: readonly unknown[], version: CefVersion): void {
  const { key, label } = field.field;
  if (putValue(extension, field, objects, version) && label !== undefined) extension.text += ` ${key}Label=${label}`;
}

/** Adds the first value that is not blank, or all of them joined. Returns false if there is none. */
function putValue(
  extension: Extension,
  { field, places }: Field,
  objects: readonly unknown[],
  version: CefVersion,
): boolean {
  const { key, max, read, joined } = field;
  const texts: string[] = [];
  for (const place of places) {
    const value = valueAt(objects, place);
    const text = value === undefined ? undefined : read(value, max, version);
    if (text === undefined) continue;
    if (joined) texts.push(text);
    else if (put(extension, key, text, max)) return true;
  }
  return texts.length > 0 && put(extension, key, texts.join('/'), max);
}

/** Adds a key and returns true, unless the value is blank, on which some readers fail. */
function put(extension: Extension, key: string, text: string, max: number): boolean {
  if (text.length <= max && isPlain(text)) {
    if (text.trim() === '') return false;
    extension.text += `${extension.text === '' ? '' : ' '}${key}=${text}`;
    return true;
  }
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
