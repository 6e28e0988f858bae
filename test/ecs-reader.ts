import { isIP } from 'node:net';
import { EcsFlat, EcsVersion } from '@elastic/ecs';
import { findSources } from '../lib/plan/find-sources.ts';

interface Field {
  readonly type: string;
  readonly normalize: readonly string[];
  readonly required?: boolean;
  readonly pattern?: string;
  readonly object_type?: string;
  readonly allowed_values?: readonly { readonly name: string; readonly expected_event_types?: readonly string[] }[];
}

type Document = Readonly<Record<string, unknown>>;

const FIELDS: Readonly<Record<string, Field>> = EcsFlat;
/** Names that stand between the root and a field: `user`, `user.target`. */
const BRANCHES = new Set(Object.keys(FIELDS).flatMap(prefixesOf));
/** Namespaces of our own and of the vendors, where ECS says nothing. */
const FREE_ROOTS: ReadonlySet<string> = new Set([...(await findSources()).map(({ id }) => id), 'tidemark']);
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Reads an event as strictly as ECS can be read, and says what is wrong with it; nothing when it is well formed. */
export function ecsComplaints(event: unknown): string[] {
  if (!isDocument(event)) return ['the event is not an object'];
  return [...missing(event), ...branchComplaints(event, ''), ...typeComplaints(event)];
}

function missing(event: Document): string[] {
  const required = Object.keys(FIELDS).filter((name) => FIELDS[name]?.required === true);
  const complaints = required.filter((name) => valueAt(event, name) === undefined).map((name) => `${name} is missing`);
  const version = valueAt(event, 'ecs.version');
  if (version !== undefined && version !== EcsVersion) complaints.push(`ecs.version is not ${EcsVersion}`);
  return complaints;
}

function branchComplaints(branch: Document, prefix: string): string[] {
  const entries = Object.entries(branch);
  if (entries.length === 0) return [`${prefix.slice(0, -1) || 'the event'} is empty`];
  return entries.flatMap(([key, value]) => {
    const name = prefix + key;
    if (prefix === '' && FREE_ROOTS.has(key)) return isDocument(value) ? [] : [`${name} is not an object`];
    if (key.includes('.')) return [`${name} is written with a dot`];
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    const complaints = field ? fieldComplaints(name, field, value) : [];
    if (complaints.length > 0) return complaints;
    if (!BRANCHES.has(name)) return field ? [] : [`${name} is not an ECS field`];
    // Some branches are lists of objects: the sections of a file, the answers of a DNS server.
    const inner: readonly unknown[] = field && Array.isArray(value) ? value : [value];
    return inner.flatMap((one) => (isDocument(one) ? branchComplaints(one, `${name}.`) : [`${name} is not an object`]));
  });
}

function fieldComplaints(name: string, field: Field, value: unknown): string[] {
  const isList = Array.isArray(value);
  if (isList !== field.normalize.includes('array')) return [`${name} ${isList ? 'is a list' : 'is not a list'}`];
  if (isList && value.length === 0) return [`${name} is an empty list`];
  const values: readonly unknown[] = isList ? value : [value];
  return values.flatMap((one) => {
    if (!fits(field.type, one)) return [`${name} is not of type ${field.type}`];
    if (field.allowed_values && !field.allowed_values.some((allowed) => allowed.name === one))
      return [`${name} may not be ${String(one)}`];
    if (
      field.object_type !== undefined &&
      !Object.values(one as Document).every((inner) => fits(field.object_type as string, inner))
    ) {
      return [`${name} holds what is not of type ${field.object_type}`];
    }
    return field.pattern !== undefined && !new RegExp(field.pattern).test(String(one))
      ? [`${name} does not match ${field.pattern}`]
      : [];
  });
}

/** Each event.type must be one that a category of the event expects. */
function typeComplaints(event: Document): string[] {
  const categories = listAt(event, 'event.category');
  if (categories.length === 0) return [];
  const known = FIELDS['event.category']?.allowed_values ?? [];
  const expected = new Set(
    known
      .filter(({ name }) => categories.includes(name))
      .flatMap(({ expected_event_types = [] }) => expected_event_types),
  );
  return listAt(event, 'event.type')
    .filter((type) => !expected.has(String(type)))
    .map((type) => `event.type ${String(type)} is not expected of ${categories.join(' and ')}`);
}

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case 'keyword':
    case 'constant_keyword':
    case 'wildcard':
    case 'match_only_text':
      return typeof value === 'string' && value.isWellFormed();
    case 'ip':
      // A zone (%eth0) is an address for node, not for Elasticsearch.
      return typeof value === 'string' && isIP(value) !== 0 && !value.includes('%');
    case 'date':
      return typeof value === 'string' && RFC3339.test(value) && !Number.isNaN(Date.parse(value));
    case 'boolean':
      return typeof value === 'boolean';
    case 'long':
      return Number.isSafeInteger(value);
    case 'integer':
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case 'float':
    case 'double':
    case 'scaled_float':
      return Number.isFinite(value);
    case 'object':
    case 'flattened':
    case 'nested':
      return isDocument(value);
    case 'geo_point':
      return isDocument(value) && Number.isFinite(value.lat) && Number.isFinite(value.lon);
    default:
      return false;
  }
}

function valueAt(event: Document, name: string): unknown {
  return name
    .split('.')
    .reduce<unknown>((inner, key) => (isDocument(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), event);
}

function listAt(event: Document, name: string): readonly unknown[] {
  const value = valueAt(event, name);
  return Array.isArray(value) ? value : [];
}

function prefixesOf(name: string): string[] {
  const keys = name.split('.');
  return keys.slice(1).map((_key, at) => keys.slice(0, at + 1).join('.'));
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
