import { isIP } from 'node:net';
import type { FieldType } from '../../../functions/formats/ecs-fields.ts';
import { parsePattern, widened } from './pattern.ts';
import type { Comparison, FieldMatch, Test } from './rule.ts';
import { type Place, shapeOf } from './rule-error.ts';

/** The type of a field; undefined if no event has it. */
export type TypeOf = (field: string) => FieldType | undefined;

const FORMS = ['contains', 'startswith', 'endswith'] as const;
const COMPARISONS: readonly Comparison[] = ['gt', 'gte', 'lt', 'lte'];
const MODIFIERS = [...FORMS, 'all', 'cased', 're', 'i', 'm', 's', 'cidr', 'exists', ...COMPARISONS, 'fieldref'];

/** What may stand together: a kind of test, and what changes it. */
const TOGETHER: readonly (readonly string[])[] = [
  [...FORMS, 'all', 'cased'],
  ['re', 'i', 'm', 's', 'all'],
  ['cidr'],
  ['exists'],
  ['fieldref'],
  ...COMPARISONS.map((one) => [one]),
];

/** Reads `user.changes.roles|contains: ['Admin']`. */
export function parseFieldMatch(place: Place, [key, value]: [string, unknown], typeOf: TypeOf): FieldMatch {
  const [field = '', ...modifiers] = key.split('|');
  const type = searchableType(place, field, typeOf);
  checkModifiers(place, modifiers);
  const values = Array.isArray(value) ? value : [value];
  if (values.length === 0) throw place.error('The list is empty', 'Write the values of the field.');
  if (modifiers.includes('all') && values.length === 1)
    throw place.error('all stands before a single value, which some backends cannot take', 'Leave all out.');
  const tests = values.map((one) => parseTest(place, one, { modifiers, type, typeOf }));
  return { kind: 'match', field, type, link: modifiers.includes('all') ? 'all' : 'any', tests };
}

/** The type of a field of which every backend can compare the values. */
export function searchableType(place: Place, field: string, typeOf: TypeOf): FieldType {
  const type = typeOf(field);
  if (type === undefined)
    throw place.error(
      `No event has a field ${field || 'without a name'}`,
      'functions/formats/ecs-fields.ts has the list.',
    );
  if (type === 'text' || type === 'unindexed' || type === 'date')
    throw place.error(
      `${field} is ${type}: not every backend can search it by a text`,
      'Use a field of type keyword or ip.',
    );
  return type;
}

function checkModifiers(place: Place, modifiers: readonly string[]): void {
  for (const one of modifiers) {
    if (!MODIFIERS.includes(one)) throw place.error(`The modifier ${one} is not known`, `Use ${MODIFIERS.join(', ')}.`);
  }
  if (!TOGETHER.some((group) => modifiers.every((one) => group.includes(one))))
    throw place.error(`${modifiers.join(' and ')} do not go together`, 'Write two selections.');
  if (modifiers.filter((one) => FORMS.some((form) => form === one)).length > 1)
    throw place.error('Only one of contains, startswith and endswith can hold', 'Write two selections.');
  if (modifiers.some((one) => 'ims'.includes(one)) && !modifiers.includes('re'))
    throw place.error('i, m and s belong to re', 'Leave them out, or write re before them.');
}

interface About {
  readonly modifiers: readonly string[];
  readonly type: FieldType;
  readonly typeOf: TypeOf;
}

function parseTest(place: Place, value: unknown, { modifiers, type, typeOf }: About): Test {
  const has = (modifier: string) => modifiers.includes(modifier);
  if (has('exists')) return { kind: 'exists', exists: checked(place, value, 'boolean') };
  const comparison = COMPARISONS.find(has);
  if (comparison) return { kind: 'compare', with: comparison, value: checked(place, value, 'number') };
  if (value === null && modifiers.length === 0) return { kind: 'null' };
  if (typeof value === 'number' && modifiers.length === 0)
    return { kind: 'text', pattern: [{ text: `${value}` }], cased: false };
  const text: string = checked(place, value, 'string');
  if (has('re'))
    return {
      kind: 're',
      source: expression(place, text),
      flags: modifiers.filter((one) => 'ims'.includes(one)).join(''),
    };
  if (has('cidr')) return network(place, text, type);
  if (has('fieldref')) {
    searchableType(place, text, typeOf);
    return { kind: 'fieldref', field: text };
  }
  const pattern = widened(parsePattern(text), {
    before: has('contains') || has('endswith'),
    behind: has('contains') || has('startswith'),
  });
  return { kind: 'text', pattern, cased: has('cased') };
}

interface Types {
  boolean: boolean;
  number: number;
  string: string;
}

function checked<T extends keyof Types>(place: Place, value: unknown, type: T): Types[T] {
  if (typeof value === type) return value as Types[T];
  throw place.error(`The value is ${shapeOf(value)}`, `Write a ${type}.`);
}

/** Escapes of letters and digits, such as \d, and groups that begin with a question mark: not every backend knows them. */
const NOT_COMMON = /\\[a-z0-9]|\(\?/i;

function expression(place: Place, text: string): string {
  if (NOT_COMMON.test(text))
    throw place.error('Not every backend reads this regular expression', 'Use no \\d, \\w and the like, and no (?…).');
  try {
    new RegExp(text, 'u');
  } catch (thrown) {
    throw place.error(`${(thrown as Error).message}`, 'Write a regular expression.');
  }
  return text;
}

function network(place: Place, text: string, type: FieldType): Test {
  const [address = '', prefix = ''] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const isFit = type.startsWith('ip') && bits > 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
  if (!isFit) throw place.error(`“${text}” is no network of a field of type ip`, 'Write one like 10.0.0.0/8.');
  return { kind: 'cidr', network: address, prefix: Number(prefix) };
}
