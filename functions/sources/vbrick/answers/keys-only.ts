import { isObject } from '../../../source-kit/json-values.ts';
import { COLUMNS, type Columns } from './columns.ts';

/** Replaces a value that is not passed on. */
export const WITHHELD = '[withheld]';

/** Maximum depth of nested values that is looked at. */
const DEEPEST = 12;
/** A name that a program gives a property, and not an e-mail address that is used as one. */
const NAME = /^[A-Za-z_$][\w$]{0,99}$/;
const GUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** Neither JSON nor a quotation: that would be the content of another column in this one. */
const PLAIN = /^[^"'{}[\]]{0,200}$/;
const PLAIN_COLUMNS: ReadonlySet<string> = new Set(['MessageKey', 'EntityKey', 'EntityId', 'When']);

type Keep = (value: unknown) => boolean;

const keepNothing: Keep = () => false;
/** Ids and truth values are no personal data, and they are what makes a command understandable. */
const keepIdsAndTruths: Keep = (value) => typeof value === 'boolean' || isId(value);

/** Whether the value is an id and cannot be anything else about a person. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && GUID.test(value);
}

/**
 * The columns without personal data: of the states only the keys, of the command also ids and truth values. The principal stays,
 * unless the row has other columns than documented, because then anything may stand in that column.
 */
export function keysOnly(columns: Columns): Columns {
  const names = Object.keys(columns);
  const isDocumented = names.length === COLUMNS.length && COLUMNS.every((name) => names.includes(name));
  return Object.fromEntries(
    Object.entries(columns).map(([name, text]) => {
      if (PLAIN_COLUMNS.has(name)) return [name, PLAIN.test(text) ? text : WITHHELD];
      if (name === 'Principal' && isDocumented) return [name, text];
      return [name, keysOfText(text, name === 'Message' || name === 'Principal' ? keepIdsAndTruths : keepNothing)];
    }),
  );
}

/** The beginning of a row in the documented order: `Network:ModifyUser,Network:User,<guid>,`. */
const KEYS_AND_ID = /^[a-z]{1,50}[:.]\w{1,100},[a-z]{1,50}[:.]\w{1,50},(?:[\da-f-]{36},)?/i;

/** A line that is no row, cut where personal data may begin. */
export function beginningOnly(line: string): string {
  return `${KEYS_AND_ID.exec(line)?.[0] ?? ''}${WITHHELD}`;
}

/** A property's name, or a replacement if the name itself may be personal data. */
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
