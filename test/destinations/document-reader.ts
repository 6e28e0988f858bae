import { isIP } from 'node:net';

/** A mapping of an index, as far as the template uses it. */
interface Mapping {
  readonly type?: string;
  readonly ignore_above?: number;
  readonly ignore_malformed?: boolean;
  readonly index?: boolean;
  readonly properties?: Readonly<Record<string, Mapping>>;
}

/** Lucene's longest term. A document with a longer one is refused as a whole. */
const MOST_TERM_BYTES = 32_766;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** Reads a document as OpenSearch does with a mapping, and says why it would be refused; nothing if it is taken. */
export function refusalsOf(document: unknown, mapping: Mapping, path = ''): string[] {
  const { properties, type } = mapping;
  if (properties) {
    if (Array.isArray(document)) return document.flatMap((one) => refusalsOf(one, mapping, path));
    if (typeof document !== 'object' || document === null) return [`${path} is no object`];
    return Object.entries(document).flatMap(([name, value]) => {
      const inner = properties[name];
      // What is not in a mapping that is not dynamic is stored and not looked at.
      return inner === undefined ? [] : refusalsOf(value, inner, path === '' ? name : `${path}.${name}`);
    });
  }
  const values: readonly unknown[] = Array.isArray(document) ? document.flat(10) : [document];
  return values.flatMap((value) => refusalOf(value, mapping, `${path} (${type})`));
}

function refusalOf(value: unknown, mapping: Mapping, name: string): string[] {
  if (value === null) return [];
  if (typeof value === 'object') return [`${name} is an object`];
  const text = String(value);
  const { type, ignore_above = Number.POSITIVE_INFINITY, ignore_malformed = false, index = true } = mapping;
  if (type === 'keyword') {
    const isKept = !index || text.length > ignore_above;
    return isKept || Buffer.byteLength(text) <= MOST_TERM_BYTES ? [] : [`${name} is longer than a term`];
  }
  if (type === 'text' || type === 'match_only_text' || ignore_malformed) return [];
  if (type === 'date') return DATE.test(text) ? [] : [`${name} is no date: ${text}`];
  if (type === 'ip') return isIP(text) === 0 ? [`${name} is no address: ${text}`] : [];
  return [`${name} is of a type that is not known here`];
}
