import { COLUMNS, type Columns } from './columns.ts';
import { isObject } from './json-object.ts';

/** Stands where a value was. */
export const WITHHELD = '[withheld]';

const DEEPEST = 12;
/** A property's name, and not a mail address that somebody made one. */
const NAME = /^[A-Za-z_$][\w$]{0,99}$/;
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Neither JSON nor a sentence, as something would be that has slipped into another column. */
const PLAIN = /^[^"'{}[\]]{0,200}$/;
const PLAIN_COLUMNS: ReadonlySet<string> = new Set(['MessageKey', 'EntityKey', 'EntityId', 'When']);

type Keep = (value: unknown) => boolean;

const nothing: Keep = () => false;
/** A command is told by what it is about, and by yes and no: ids and truth values are nobody's personal data. */
const idsAndTruths: Keep = (value) => typeof value === 'boolean' || isId(value);

/** Whether it can be an id, and nothing else about a person. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && GUID.test(value);
}

/**
 * The columns without what they say about people: of the states their keys only, of the command its ids and truth values
 * too. Who acted stays, unless the row is of another width than documented: then anything may stand in that place.
 */
export function keysOnly(columns: Columns): Columns {
  const names = Object.keys(columns);
  const isDocumented = names.length === COLUMNS.length && COLUMNS.every((name) => names.includes(name));
  return Object.fromEntries(
    Object.entries(columns).map(([name, text]) => {
      if (PLAIN_COLUMNS.has(name)) return [name, PLAIN.test(text) ? text : WITHHELD];
      if (name === 'Principal' && isDocumented) return [name, text];
      return [name, keysOfText(text, name === 'Message' || name === 'Principal' ? idsAndTruths : nothing)];
    }),
  );
}

/** `Network:ModifyUser,Network:User,<guid>,`: how a row of the documented order begins. */
const KEYS_AND_ID = /^[a-z]{1,50}[:.]\w{1,100},[a-z]{1,50}[:.]\w{1,50},(?:[\da-f-]{36},)?/i;

/** A line that is no row, up to where its values may begin. */
export function beginningOnly(line: string): string {
  return `${KEYS_AND_ID.exec(line)?.[0] ?? ''}${WITHHELD}`;
}

/** A property's name, or that there is one. */
export function keyOnly(name: string): string {
  return NAME.test(name) ? name : WITHHELD;
}

function keysOfText(text: string, keep: Keep): string {
  if (text === '') return '';
  try {
    return JSON.stringify(keysOf(JSON.parse(text), keep, 0));
  } catch {
    return WITHHELD;
  }
}

function keysOf(value: unknown, keep: Keep, depth: number): unknown {
  if (value === null || keep(value)) return value;
  if (depth === DEEPEST) return WITHHELD;
  if (Array.isArray(value)) return value.map((item) => keysOf(item, keep, depth + 1));
  if (!isObject(value)) return WITHHELD;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [keyOnly(name), keysOf(item, keep, depth + 1)]),
  );
}
