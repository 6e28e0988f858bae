import { hash } from 'node:crypto';
import { isIP } from 'node:net';
import type { OcsfVersion } from '../../../functions/core/model.ts';
import { type Attribute, type Attributes, type OcsfTables, type Shape, TABLES } from './ocsf-tables.ts';

type Document = Readonly<Record<string, unknown>>;

/** Deeper than this, a reader's stack may end before the event does. */
const DEEPEST = 40;
const OTHER = 99;

/** Reads a line as strictly as this version of OCSF can be read, and says what is wrong with it; nothing when it is well formed. */
export function ocsfLineComplaints(line: string, version?: OcsfVersion): string[] {
  if (/[\r\n]/.test(line)) return ['the line is more than one'];
  const event: unknown = JSON.parse(line);
  return [...textComplaints('', event, 0), ...ocsfComplaints(event, version)];
}

/** Reads an event as strictly as this version of OCSF can be read, and says what is wrong with it; nothing when it is well formed. */
export function ocsfComplaints(event: unknown, version: OcsfVersion = '1.3.0'): string[] {
  if (!isDocument(event)) return ['the event is not an object'];
  const tables = TABLES[version];
  const uid = event.class_uid;
  const shape = typeof uid === 'number' ? tables.classes.get(uid) : undefined;
  if (!shape || typeof uid !== 'number') return [`class_uid ${String(uid)} is not known`];
  const metadata = isDocument(event.metadata) ? event.metadata : {};
  const profiles: readonly string[] = Array.isArray(metadata.profiles) ? metadata.profiles : [];
  const added = profiles.map((profile) => [profile, tables.profiles.get(profile)?.get(uid)] as const);
  const attributes = new Map([...added.flatMap(([, more]) => [...(more ?? [])]), ...shape.attributes]);
  return [
    ...new Judge(tables, profiles).complaintsAbout('', { ...shape, attributes }, event),
    ...typeComplaints(shape, event),
    ...added.flatMap(([profile, more]) => profileComplaints(profile, more, shape, event)),
    ...rawDataComplaints(event),
    ...(metadata.version === version ? [] : [`metadata.version is not ${version}`]),
  ];
}

/** A profile is of no use without what it adds. */
function profileComplaints(profile: string, added: Attributes | undefined, shape: Shape, event: Document): string[] {
  if (!added) return [`the class has no profile ${profile}`];
  const names = [...added.keys()].filter((name) => !shape.attributes.has(name));
  return names.some((name) => event[name] !== undefined) ? [] : [`the profile ${profile} adds nothing`];
}

/** The number and the caption of the type follow from the class and the activity. */
function typeComplaints({ caption, attributes }: Shape, event: Document): string[] {
  const { class_uid, activity_id, activity_name, type_uid, type_name } = event;
  const activity = attributes.get('activity_id')?.captions?.get(activity_id as number);
  const uid = (class_uid as number) * 100 + (activity_id as number);
  const name = `${caption}: ${activity}`;
  return [
    ...(type_uid === uid ? [] : [`type_uid is not ${uid}`]),
    ...(type_name === name ? [] : [`type_name is not ${name}`]),
    ...(activity_name === undefined ? ['activity_name is missing'] : []),
  ];
}

/** What is told of the raw data must be true of its bytes. */
function rawDataComplaints({ raw_data, raw_data_size, raw_data_hash }: Document): string[] {
  const bytes = Buffer.from(isText(raw_data) ? raw_data : '');
  const { algorithm_id, value } = isDocument(raw_data_hash) ? raw_data_hash : {};
  const isHash = algorithm_id === 3 && value === hash('sha256', bytes, 'hex');
  return [
    ...(raw_data_size === undefined || raw_data_size === bytes.length ? [] : [`raw_data_size is not ${bytes.length}`]),
    ...(raw_data_hash === undefined || isHash ? [] : ['raw_data_hash is not that of raw_data']),
  ];
}

/** Judges objects by the tables of a version, for an event that uses these profiles. */
class Judge {
  readonly #tables: OcsfTables;
  readonly #profiles: readonly string[];

  constructor(tables: OcsfTables, profiles: readonly string[]) {
    this.#tables = tables;
    this.#profiles = profiles;
  }

  complaintsAbout(prefix: string, shape: Shape, value: Document): string[] {
    const { isDeprecated, attributes, atLeastOne, justOne } = shape;
    const where = prefix || 'the event ';
    const complaints = isDeprecated ? [`${where}is deprecated`] : [];
    for (const [name, { isRequired }] of attributes)
      if (isRequired && value[name] === undefined) complaints.push(`${prefix}${name} is missing`);
    const has = (name: string) => value[name] !== undefined;
    if (atLeastOne && !atLeastOne.some(has)) complaints.push(`${where}has none of ${atLeastOne.join(', ')}`);
    if (justOne && justOne.filter(has).length !== 1)
      complaints.push(`${where}has not just one of ${justOne.join(', ')}`);
    for (const [name, inner] of Object.entries(value)) {
      const attribute = attributes.get(name);
      if (!attribute) complaints.push(`${prefix}${name} is not known${this.#profileOf(shape, name)}`);
      else complaints.push(...this.#attributeComplaints(`${prefix}${name}`, attribute, inner));
      complaints.push(...this.#captionComplaints(prefix, { name, attribute }, value));
    }
    return complaints;
  }

  /** Says which profile would add an attribute to a class. */
  #profileOf({ caption }: Shape, name: string): string {
    const uid = [...this.#tables.classes].find(([, shape]) => shape.caption === caption)?.[0] ?? Number.NaN;
    const found = [...this.#tables.profiles].find(([, added]) => added.get(uid)?.has(name));
    return found ? ` without the profile ${found[0]}` : '';
  }

  #attributeComplaints(name: string, { type, isList, isDeprecated, profiles }: Attribute, value: unknown): string[] {
    if (isDeprecated) return [`${name} is deprecated`];
    if (profiles.length > 0 && !profiles.some((profile) => this.#profiles.includes(profile)))
      return [`${name} needs the profile ${profiles.join(' or ')}`];
    if (!isList) return this.#typeComplaints(name, type, value);
    if (!Array.isArray(value)) return [`${name} is not a list`];
    if (value.length === 0) return [`${name} is an empty list`];
    return value.flatMap((item, at) => this.#typeComplaints(`${name}[${at}]`, type, item));
  }

  /** A value that has a caption must be one of those that are allowed, and stand beside its caption. That of 99, Other, is the source's own word. */
  #captionComplaints(
    prefix: string,
    { name, attribute }: { name: string; attribute: Attribute | undefined },
    value: Document,
  ): string[] {
    const captions = attribute?.captions;
    if (!captions) return [];
    const id = value[name];
    const caption = captions.get(id as number);
    if (caption === undefined) return [`${prefix}${name} may not be ${String(id)}`];
    const sibling = this.#tables.siblings.get(name) ?? '';
    const told = value[sibling];
    return id === OTHER || told === undefined || told === caption ? [] : [`${prefix}${sibling} is not ${caption}`];
  }

  #typeComplaints(name: string, type: string, value: unknown): string[] {
    const shape = this.#tables.objects.get(type);
    if (!shape) return this.#fits(type, value) ? [] : [`${name} is not of type ${type}`];
    if (!isDocument(value)) return [`${name} is not an object`];
    // An object without attributes may hold anything.
    return shape.attributes.size === 0 ? [] : this.complaintsAbout(`${name}.`, shape, value);
  }

  #fits(type: string, value: unknown): boolean {
    const { type: base, max_len, range, regex } = this.#tables.types.get(type) ?? {};
    if (max_len !== undefined && (value as string)?.length > max_len) return false;
    if (range && !((value as number) >= range[0] && (value as number) <= range[1])) return false;
    if (regex && !(typeof value === 'string' && regex.test(value))) return false;
    if (type === 'ip_t' && isIP(String(value)) === 0) return false;
    if (type === 'timestamp_t' && !isTime(value)) return false;
    return base === undefined ? fitsBase(type, value) : this.#fits(base, value);
  }
}

function fitsBase(type: string, value: unknown): boolean {
  switch (type) {
    case 'string_t':
      return isText(value);
    case 'integer_t':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'long_t':
      return Number.isSafeInteger(value);
    case 'float_t':
      return Number.isFinite(value);
    case 'boolean_t':
      return typeof value === 'boolean';
    case 'json_t':
      return true;
    default:
      return false;
  }
}

/** Milliseconds: seconds would lie in January 1970, microseconds after the year 33000. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < 8.64e15 / 2;
}

/** Every string that is in the event, keys included, must be text that UTF-8 can hold. */
function textComplaints(path: string, value: unknown, depth: number): string[] {
  if (typeof value === 'string') return value.isWellFormed() ? [] : [`${path} holds half a surrogate pair`];
  if (typeof value !== 'object' || value === null) return [];
  if (depth > DEEPEST) return [`${path} lies too deep`];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key.isWellFormed() ? [] : [`a key in ${path} holds half a surrogate pair`]),
    ...textComplaints(`${path}.${key}`, inner, depth + 1),
  ]);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
